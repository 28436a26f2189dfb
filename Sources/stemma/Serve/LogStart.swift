import EmbeddedPostgres
import Logging
import PostgresStore
import Signer
import StemmaCrypto
import Store
import TransparencyLog

/// Finds the log that this server goes on with, or makes one where there has never been any.
struct LogStart {
  let directory: DataDirectory
  let origin: String?
  let logger: Logger

  private var folder: String { directory.path + "/signer" }

  /// The signer of the log that the database belongs to.
  ///
  /// - Throws: where signer and database are not of one log, or one of them is missing: then a person must
  ///   look, since the only way on would be a second history.
  func signer(for identity: PostgresLogIdentity) async throws -> any LogSigner {
    let known = try await identity.read()
    let signer = try open(known)
    let verifierKey = signer.verifierKey.description
    if let other = known.verifierKey, other != verifierKey {
      throw EmbeddedError(
        "the database belongs to the log \(other), the signer in \(folder) signs \(verifierKey)")
    }
    if known.verifierKey == nil { try await identity.set(verifierKey) }
    try directory.write(verifierKey + "\n", to: directory.path + "/log.vkey", mode: 0o644)
    return signer
  }

  private func open(_ known: (verifierKey: String?, hasRecords: Bool)) throws -> FileSigner {
    do throws(SignerError) {
      if DataDirectory.exists(folder + "/key") { return try FileSigner(folder: folder) }
      guard known.verifierKey == nil, !known.hasRecords else {
        throw SignerError(
          .noState,
          "the database has a log and \(folder) has no signer for it; bring the signer's folder back, for another one could only sign a second history"
        )
      }
      // `.invalid` is nobody's (RFC 2606); the number keeps two logs apart.
      let number = UInt64.random(in: 0...UInt64.max)
      let name = origin ?? "stemma.invalid/" + String(number, radix: 16)
      try FileSigner.create(in: folder, origin: name, seed: randomBytes(32))
      logger.info("made a log", metadata: ["origin": "\(name)"])
      return try FileSigner(folder: folder)
    } catch {
      throw EmbeddedError("the log's signer: \(error)")
    }
  }

  /// Brings signer and database together. Where the signer refuses, the server starts all the same: it
  /// serves reads and says on /readyz why it takes no commits.
  func recover(_ committer: GroupCommitter) async throws {
    do throws(StoreError) {
      let checkpoint = try await committer.recover()
      logger.info("the log is signed", metadata: ["size": "\(checkpoint.size)"])
    } catch {
      guard error.code == .signerRefuses else { throw error }
      logger.error("read-only: the signer refuses", metadata: ["reason": "\(error.message)"])
    }
  }
}
