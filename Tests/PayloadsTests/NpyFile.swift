import Judging
import Payloads

/// The bytes of a `.npy` file, right or wrong.
struct NpyFile {
  var header: String
  var payload: [UInt8] = []
  var version: UInt8 = 1
  /// What the file says of the header's length, where that is a lie.
  var statedLength: UInt64?

  /// 40 rows of 3 floats, no two alike.
  static var floats: NpyFile {
    let numbers = (0..<120).flatMap { number in
      let bits = (Float(number) * 0.25 - 7).bitPattern
      return (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
    }
    return NpyFile(
      header: "{'descr': '<f4', 'fortran_order': False, 'shape': (40, 3), }\n", payload: numbers)
  }

  var bytes: [UInt8] {
    let length = statedLength ?? UInt64(header.utf8.count)
    let width = version == 1 ? 2 : 4
    return [0x93] + Array("NUMPY".utf8) + [version, 0]
      + (0..<width).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) }
      + Array(header.utf8) + payload
  }
}

extension TemporaryFolder {
  /// Judges two files, both computed in fp32.
  func judge(_ a: String, _ b: String, _ type: OutputType) throws -> Judgement {
    let side = Declaration(type: type, dtypes: [.fp32])
    return try FilePair(
      reference: location(a), recomputed: location(b),
      declared: DeclaredPair(reference: side, recomputed: side)
    ).judgement()
  }
}
