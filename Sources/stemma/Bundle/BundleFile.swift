import Audit
import Canonical
import Glibc
import TransparencyLog

/// A bundle on the disk, or on standard input.
enum BundleFile {
  /// Bytes of one line at the most: a record and its proof.
  private static let longestLine = 8 << 20

  /// Checks a bundle line by line, and lends the records in it to `see`.
  static func check(
    _ path: String, key: VerifierKey?, policy: WitnessPolicy? = nil,
    see: (BundleCheck.BundledRecord) throws -> Void = { _ in }
  ) throws -> BundleReport {
    var check = BundleCheck(key: key, policy: policy)
    try lines(of: path) { line in
      if let record = check.take(line) { try see(record) }
    }
    return check.finish()
  }

  private static func lines(of path: String, _ take: ([UInt8]) throws -> Void) throws {
    let descriptor = unsafe path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CommandFailure.usage("\(path): \(LocalFile.reason)") }
    defer { if descriptor > 0 { close(descriptor) } }
    var lines = LineSplitter()
    while let chunk = try LocalFile.readChunk(descriptor, path) {
      for line in lines.take(chunk) { try take(line) }
      if lines.rest.count > longestLine {
        throw CommandFailure.found("\(path): a line of over \(longestLine) bytes: not a bundle")
      }
    }
    // Whatever has no newline was cut off: it is no line, and the check says what is missing.
    if !lines.rest.isEmpty { try take(lines.rest) }
  }
}
