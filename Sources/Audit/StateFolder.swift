internal import Glibc
internal import StemmaCrypto
package import TransparencyLog

/// The folder of an auditor's own state for one log. It belongs to one audit at a time.
///
/// Which folder is decided by the key that the auditor was *given*, never by what a server says: a server
/// that could choose the state could show a different history to everybody (CVE-2022-39199).
///
/// `state` is replaced as a whole, and ends in a line with the digest of what stands before it; the facts lie
/// in a file that only grows, and `state` says how much of it counts and what that must hash to. Facts
/// are flushed first.
package final class StateFolder: Sendable {
  private let path: String
  private let lock: Int32

  /// Opens the folder `path`, or makes it.
  /// - Throws: `.state` where it cannot be used, or another audit uses it now.
  package init(_ path: String) throws(AuditError) {
    self.path = path
    try AuditFile.makeFolder(path, mode: 0o700)
    lock = unsafe open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0 else { throw AuditFile.failure("open", path + "/lock") }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      close(lock)
      throw AuditError(.state, "another audit is using \(path)")
    }
  }

  deinit { close(lock) }

  /// The name of the folder for a key, below the one for all.
  package static func name(for key: VerifierKey) -> String {
    SHA256.digest(of: Array(key.description.utf8)).hex
  }

  func load() throws(AuditError) -> SavedState {
    guard let bytes = try AuditFile.read(path + "/state") else { return SavedState() }
    let text = Array(bytes.dropLast(Digest.textCount + 1))
    guard bytes == Self.sealed(text), let state = SavedState(parsing: Array(text.dropLast())) else {
      throw AuditError(
        .state, "\(path)/state is damaged; what it kept is lost if you remove \(path)")
    }
    return state
  }

  func save(_ state: SavedState) throws(AuditError) {
    try AuditFile.replace(path + "/state", with: Self.sealed(state.formatState() + [0x0A]))
  }

  private static func sealed(_ text: [UInt8]) -> [UInt8] {
    var bytes = text
    SHA256.digest(of: text).append(textTo: &bytes)
    return bytes + [0x0A]
  }

  /// Writes facts behind the first `size` of a generation.
  func append(_ facts: [UInt8], generation: Int64, after size: Int64) throws(AuditError) {
    try AuditFile.write(
      facts, to: factsPath(generation), at: Int(size) * RecordFact.byteCount)
  }

  /// Hands out the first `size` facts of a generation in turn.
  /// - Throws: `.state` where they are not those that were kept.
  func facts(
    generation: Int64, size: Int64, root: Digest, _ take: (RecordFact) -> Void
  ) throws(AuditError) -> RightEdge {
    let bytes = try AuditFile.read(factsPath(generation)) ?? []
    var edge = RightEdge()
    guard size <= bytes.count / RecordFact.byteCount else { throw damaged(generation) }
    for position in 0..<Int(size) {
      let start = position * RecordFact.byteCount
      let slice = bytes[start..<start + RecordFact.byteCount]
      guard let fact = RecordFact(slice) else { throw damaged(generation) }
      edge.append(TreeHash.leaf(Array(slice)))
      take(fact)
    }
    guard edge.root == root else { throw damaged(generation) }
    return edge
  }

  func removeFacts(generation: Int64) { _ = unsafe unlink(factsPath(generation)) }

  private func factsPath(_ generation: Int64) -> String { "\(path)/records.\(generation)" }

  private func damaged(_ generation: Int64) -> AuditError {
    AuditError(
      .state, "\(factsPath(generation)) is damaged; what was kept is lost if you remove \(path)")
  }
}
