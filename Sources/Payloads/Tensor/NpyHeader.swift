internal import FileDigests

/// The header of a `.npy` file: versions 1.0, 2.0 and 3.0 of the format of NumPy (NEP 1).
///
/// The file: `\x93NUMPY`, two bytes of version, the length of the header (u16, from version 2 u32,
/// little-endian), a Python dictionary of `descr`, `fortran_order` and `shape`, then the elements. Nothing
/// may follow them: what is not read is not judged.
struct NpyHeader: Sendable {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// NumPy itself refuses more than 10,000 unless told otherwise.
  private static let largestByteCount = 1 << 16

  let type: TensorType
  let isBigEndian: Bool
  let isFortran: Bool
  let shape: [Int]
  /// Where the elements begin.
  let payloadStart: Int64

  /// Reads the header of a file of `size` bytes; the elements must take exactly the rest.
  init(of file: OpenFile, size: Int64) throws(PayloadError) {
    let (text, start) = try Self.text(of: file, size: size)
    var literal = NpyLiteral(text, at: start, path: file.path)
    let (descr, fortran, extents) = try literal.dictionary()
    let element = try NpyElement(descr, path: file.path)
    (type, isBigEndian) = (element.type, element.isBigEndian)
    (isFortran, shape) = (fortran, extents)
    payloadStart = start + Int64(text.count)
    guard let bytes = TensorPayload.byteCount(of: type, shape: shape) else {
      throw PayloadError(.malformed, file.path, "the shape \(shape) is larger than any file")
    }
    guard bytes == size - payloadStart else {
      throw PayloadError(
        .malformed, file.path, at: .byte(payloadStart),
        "the shape \(shape) of \(type.rawValue) takes \(bytes) bytes, but the file has "
          + "\(size - payloadStart)")
    }
  }

  private static func text(
    of file: OpenFile, size: Int64
  ) throws(PayloadError) -> (text: [UInt8], start: Int64) {
    func refuse(_ message: String) -> PayloadError {
      PayloadError(.malformed, file.path, at: .byte(6), message)
    }
    let head = try reading { () throws(FileDigestError) in
      try file.bytes(at: 0, count: Int(min(size, 12)))
    }
    guard head.count >= 10 else { throw refuse("too short for a .npy file") }
    guard (1...3).contains(head[6]), head[7] == 0 else {
      throw refuse("version \(head[6]).\(head[7]) is not known")
    }
    let width = head[6] == 1 ? 2 : 4
    let start = Int64(8 + width)
    guard size >= start else { throw refuse("too short for a .npy file") }
    let count = head[8..<8 + width].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard count <= largestByteCount else {
      throw refuse("a header of \(count) bytes; at most \(largestByteCount) are allowed")
    }
    guard Int64(count) <= size - start else {
      throw refuse("a header of \(count) bytes, but only \(size - start) follow")
    }
    let text = try reading { () throws(FileDigestError) in try file.bytes(at: start, count: count) }
    return (text, start)
  }
}

/// What `descr` says of one element: `<f4`.
private struct NpyElement {
  let type: TensorType
  let isBigEndian: Bool

  init(_ descr: [UInt8], path: String) throws(PayloadError) {
    guard let order = descr.first, "<>|=".utf8.contains(order),
      let type = Self.types[String(decoding: descr.dropFirst(), as: UTF8.self)]
    else {
      throw PayloadError(
        .unsupported, path,
        "elements of type '\(printable(descr))' are not read; convert to a float, integer or bool type"
      )
    }
    self.type = type
    isBigEndian = order == UInt8(ascii: ">")
  }

  /// `V2` is how NumPy writes the bfloat16 of ml_dtypes: bytes of a type that it does not know.
  private static let types: [String: TensorType] = [
    "b1": .bool, "i1": .i8, "i2": .i16, "i4": .i32, "i8": .i64, "u1": .u8, "u2": .u16, "u4": .u32,
    "u8": .u64, "f2": .f16, "f4": .f32, "f8": .f64, "V2": .bf16,
  ]
}
