import Frames

/// Bytes as they lie in a row: one LZ4 block, or as they are where that is not smaller.
struct ContentFrame {
  enum Codec: Int16 {
    case plain = 0
    case lz4 = 1
  }

  let codec: Codec
  let bytes: [UInt8]

  init(packing plain: [UInt8]) {
    if let packed = compress(plain.span) {
      (codec, bytes) = (.lz4, packed)
    } else {
      (codec, bytes) = (.plain, plain)
    }
  }

  /// The bytes of a stored frame, which must be exactly `size` of them.
  static func unpack(codec: Int16, _ bytes: [UInt8], size: Int) throws(FrameError) -> [UInt8]? {
    switch Codec(rawValue: codec) {
    case .plain: return bytes.count == size ? bytes : nil
    case .lz4: return try decompress(bytes.span, size: size, limit: size)
    case nil: return nil
    }
  }
}
