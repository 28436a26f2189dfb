internal import Canonical
internal import FileDigests
package import Judging

extension Calibration {
  /// Reads measured envelopes (`Calibration.json`) out of a file of at most 1 MiB.
  package init(contentsOf path: String) throws(PayloadError) {
    let document = try smallDocument(path)
    self = try judging(path) { () throws(JudgingError) in try Calibration(document.root) }
  }
}

/// A file of strict JSON, of at most 1 MiB.
func smallDocument(_ path: String) throws(PayloadError) -> JSONDocument {
  let bytes = try reading { () throws(FileDigestError) in
    let file = try OpenFile(path, followingLinks: true)
    let size = try file.stamp().size
    return try file.bytes(at: 0, count: Int(min(size, 1 << 20 + 1)))
  }
  guard bytes.count <= 1 << 20 else {
    throw PayloadError(.tooLarge, path, "more than 1 MiB of JSON")
  }
  do throws(JSONError) { return try JSONDocument(parsing: bytes) } catch {
    throw PayloadError(.malformed, path, at: .byte(Int64(error.offset)), error.message)
  }
}
