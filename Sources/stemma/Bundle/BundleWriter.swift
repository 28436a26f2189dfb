import Audit
import Canonical
import Glibc
import StemmaCrypto
import TransparencyLog

/// Writes a bundle: what the server sends, then contents, then the last line. The file appears when all of it is
/// there and has been checked, or not at all.
struct BundleWriter: ~Copyable {
  private let path: String
  private let descriptor: Int32
  private var check: BundleCheck
  private var contents: Int64 = 0
  private var records: Int64 = 0
  private var isEnded = false
  /// Of the content that is being added: bytes that do not fill a piece yet, and where they stand.
  private var waiting: [UInt8] = []
  private var offset: Int64 = 0
  /// Digests of contents that its records name.
  private(set) var named: Set<Digest> = []

  /// Bytes of a piece of content.
  private static let piece = 192 << 10

  init(to path: String, key: VerifierKey?) throws {
    self.path = path
    descriptor = unsafe open(path + ".part", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw CommandFailure.usage("\(path).part: \(LocalFile.reason)") }
    check = BundleCheck(key: key)
  }

  /// Takes a line of the server's, without its newline. Its last one is held back: contents come before it.
  mutating func take(_ line: [UInt8]) throws {
    guard !isEnded else { throw CommandFailure.found("the server sent more after its last line") }
    if line.starts(with: #"{"contents":"#.utf8) {
      isEnded = true
    } else {
      try write(line)
    }
  }

  /// Adds the next bytes of a content; its pieces do not depend on how they came.
  mutating func add(_ bytes: [UInt8], of digest: Digest) throws {
    waiting += bytes
    while waiting.count >= Self.piece {
      try writePiece(of: digest, Array(waiting.prefix(Self.piece)))
      waiting.removeFirst(Self.piece)
    }
  }

  /// Ends a content.
  mutating func end(_ digest: Digest) throws {
    if !waiting.isEmpty || offset == 0 { try writePiece(of: digest, waiting) }
    waiting = []
    offset = 0
    contents += 1
  }

  private mutating func writePiece(of digest: Digest, _ bytes: [UInt8]) throws {
    try write(
      JSONValue.object([
        ("content", .string(digest.description)), ("offset", .integer(offset)),
        ("base64", .string(Base64.encode(bytes))),
      ]).canonicalBytes())
    offset += Int64(bytes.count)
  }

  /// Writes the last line and gives the file its name.
  /// - Throws: everything that is wrong with the bundle; then there is no file.
  consuming func finish() throws -> BundleReport {
    let (path, descriptor) = (path, descriptor)
    do {
      return try settled()
    } catch {
      Self.discard(path, descriptor)
      throw error
    }
  }

  private consuming func settled() throws -> BundleReport {
    guard isEnded else { throw CommandFailure.unavailable("the server broke off") }
    try write(
      JSONValue.object([("records", .integer(records)), ("contents", .integer(contents))])
        .canonicalBytes())
    let (path, descriptor) = (path, descriptor)
    let report = check.finish()
    guard report.isGood else {
      throw CommandFailure.found(
        (["the server's bundle is not good:"] + report.findings.lines).joined(separator: "\n"))
    }
    guard fsync(descriptor) == 0, unsafe rename(path + ".part", path) == 0 else {
      throw CommandFailure.usage("\(path): \(LocalFile.reason)")
    }
    close(descriptor)
    return report
  }

  /// Leaves nothing behind.
  func discard() { Self.discard(path, descriptor) }

  private static func discard(_ path: String, _ descriptor: Int32) {
    close(descriptor)
    _ = unsafe unlink(path + ".part")
  }

  private mutating func write(_ line: [UInt8]) throws {
    if let record = check.take(line) {
      records += 1
      if let content = record.content { named.insert(content) }
    }
    guard LocalFile.write(line + [UInt8(ascii: "\n")], to: descriptor) else {
      throw CommandFailure.usage("\(path).part: \(LocalFile.reason)")
    }
  }
}
