internal import CLZ4

/// Compresses bytes into one LZ4 block without any header; the caller keeps their number.
///
/// - Returns: `nil` when the block would not be smaller than the bytes (then store these), which
///   includes no bytes at all and more bytes than a block can hold (2,113,929,216).
package func compress(_ bytes: Span<UInt8>) -> [UInt8]? {
  guard bytes.count > 1, bytes.count <= Int(LZ4_MAX_INPUT_SIZE) else { return nil }
  let capacity = bytes.count - 1
  let block = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
    count = unsafe bytes.withUnsafeBytes { source in
      // 0 says that the block does not fit in `capacity`.
      unsafe Int(
        LZ4_compress_default(
          source.baseAddress, UnsafeMutableRawPointer(target.baseAddress), Int32(bytes.count),
          Int32(capacity)))
    }
  }
  return block.isEmpty ? nil : block
}

/// Decompresses one LZ4 block into exactly `size` bytes.
///
/// Block and size may both come from an enemy: memory is taken only after `size` was found to be within
/// `limit` and within what so short a block can possibly hold, and never more than `size` bytes of it.
///
/// - Parameters:
///   - size: number of bytes that the block is said to hold.
///   - limit: number of bytes that the caller is ready to hold.
/// - Throws: `.tooLarge` when `size` is negative or above `limit`; `.malformed` when the block is
///   damaged, cut, or holds more or fewer bytes than `size`.
package func decompress(
  _ bytes: Span<UInt8>, size: Int, limit: Int
) throws(FrameError) -> [UInt8] {
  guard size >= 0, size <= limit, size <= Int(LZ4_MAX_INPUT_SIZE) else {
    throw FrameError(code: .tooLarge, message: "\(size) bytes stated, at most \(limit) allowed")
  }
  guard bytes.count <= Int(Int32.max), size <= largestExpansion * bytes.count else {
    throw FrameError(
      code: .malformed, message: "a block of \(bytes.count) bytes cannot hold \(size) bytes")
  }
  var status = 0
  let decoded = unsafe [UInt8](unsafeUninitializedCapacity: size) { target, count in
    status = unsafe bytes.withUnsafeBytes { source in
      unsafe Int(
        LZ4_decompress_safe(
          source.baseAddress, UnsafeMutableRawPointer(target.baseAddress), Int32(bytes.count),
          Int32(size)))
    }
    count = max(status, 0)
  }
  guard status == size else {
    throw FrameError(
      code: .malformed,
      message: status < 0
        ? "not an LZ4 block of \(size) bytes" : "\(status) bytes, but \(size) stated")
  }
  return decoded
}

/// The most bytes that one byte of a block can stand for: a length byte adds at most 255
/// (LZ4 block format, "End of block conditions" aside).
private let largestExpansion = 255
