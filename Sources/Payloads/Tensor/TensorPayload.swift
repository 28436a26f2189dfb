package import FileDigests
package import Judging

/// One tensor in a file: its schema and where its elements lie. Nothing but the header is read.
package struct TensorPayload: Sendable {
  let file: OpenFile
  private let stamp: FileStamp
  package let shape: [Int]
  /// How elements are stored.
  package let type: TensorType
  let isBigEndian: Bool
  /// Whether the first index runs fastest. Blocks are in C order all the same.
  package let isFortran: Bool
  /// Where the first element lies.
  let start: Int64

  /// Opens a `.npy` or safetensors file.
  ///
  /// - Parameters:
  ///   - name: the tensor of a safetensors file; needed where it holds several.
  ///   - uint16IsBF16: whether elements of 16 unsigned bits are bfloat16, as writers without that type
  ///     store it.
  package init(
    _ path: String, name: String? = nil, uint16IsBF16: Bool = false
  ) throws(PayloadError) {
    let (file, stamp) = try reading { () throws(FileDigestError) in
      let file = try OpenFile(path, followingLinks: true)
      return (file, try file.stamp())
    }
    try self.init(file, stamp, name: name, uint16IsBF16: uint16IsBF16)
  }

  init(
    _ file: OpenFile, _ stamp: FileStamp, name: String?, uint16IsBF16: Bool
  ) throws(PayloadError) {
    (self.file, self.stamp) = (file, stamp)
    let stored: TensorType
    switch try PayloadFormat.detect(file, size: stamp.size) {
    case .npy:
      let header = try NpyHeader(of: file, size: stamp.size)
      (shape, stored, start) = (header.shape, header.type, header.payloadStart)
      (isBigEndian, isFortran) = (header.isBigEndian, header.isFortran)
    case .safetensors:
      let header = try reading { () throws(FileDigestError) in
        try SafetensorsHeader(of: file, size: stamp.size)
      }
      let tensor = try Self.pick(name, of: header.tensors, path: file.path)
      (shape, stored) = (tensor.shape.map(Int.init(clamping:)), tensor.type)
      start = header.payloadStart + tensor.range.lowerBound
      (isBigEndian, isFortran) = (false, false)
    case .jsonLines, .csv:
      throw PayloadError(.mismatched, file.path, "a tensor is needed, and this is a table")
    }
    type = uint16IsBF16 && stored == .u16 ? .bf16 : stored
    guard Self.byteCount(of: type, shape: shape) != nil else {
      throw PayloadError(.malformed, file.path, "the shape \(shape) is larger than any file")
    }
    guard type.isReadable else {
      throw PayloadError(
        .unsupported, file.path,
        "elements of type \(type.rawValue) are not read; convert to F16, BF16, F32, F64 or integers"
      )
    }
  }

  var path: String { file.path }

  /// For a judge.
  package var form: TensorForm { TensorForm(shape: shape, storage: type.rawValue) }

  /// Refuses the file if it is no longer what was opened.
  package func checkUnchanged() throws(PayloadError) {
    try reading { () throws(FileDigestError) in try file.checkUnchanged(since: stamp) }
  }

  private static func pick(
    _ name: String?, of tensors: [SafetensorsHeader.Tensor], path: String
  ) throws(PayloadError) -> SafetensorsHeader.Tensor {
    if let name {
      guard let tensor = tensors.first(where: { $0.name.elementsEqual(name.utf8) }) else {
        throw PayloadError(.mismatched, path, "there is no tensor '\(printable(name.utf8))'")
      }
      return tensor
    }
    guard tensors.count == 1 else {
      throw PayloadError(.mismatched, path, "\(tensors.count) tensors: say which (`read.tensor`)")
    }
    return tensors[0]
  }

  /// Bytes that a tensor takes; nil where they overflow. An extent of 0 does not excuse others that no
  /// file can have: products of them are computed elsewhere too.
  static func byteCount(of type: TensorType, shape: [Int]) -> Int64? {
    var product: Int64 = Int64(type.bitCount)
    for extent in shape where extent > 0 {
      let (next, overflow) = product.multipliedReportingOverflow(by: Int64(extent))
      if overflow { return nil }
      product = next
    }
    if shape.contains(0) { return product < 1 << 40 ? 0 : nil }
    return product % 8 == 0 ? product / 8 : nil
  }
}

extension TensorType {
  /// Whether elements become numbers here.
  var isReadable: Bool {
    switch self {
    case .bool, .u8, .i8, .i16, .u16, .f16, .bf16, .i32, .u32, .f32, .f64, .i64, .u64: true
    case .f4, .f6E2M3, .f6E3M2, .f8E5M2, .f8E4M3, .f8E8M0, .f8E4M3FNUZ, .f8E5M2FNUZ, .c64: false
    }
  }

  /// Whether a Float holds every value.
  var fitsFloat: Bool {
    switch self {
    case .i32, .u32, .f64, .i64, .u64: false
    default: true
    }
  }

  var byteCount: Int { Int(bitCount / 8) }
}
