import EmbeddedPostgres
import Logging
import PostgresStore
import Signer
import SignerService
import StemmaCrypto
import Store
import TransparencyLog

/// Finds the log that this server goes on with, or makes one where there has never been any.
struct LogStart {
  /// Where the signer is.
  enum Place {
    /// In this process; the name is for a log that has to be made.
    case here(origin: String?)
    /// A process of its own, which other servers may share.
    case remote(SignerAddress, SignerTLS?)
  }

  let directory: DataDirectory
  let place: Place
  let logger: Logger

  /// The signer of the log that the database belongs to.
  ///
  /// - Throws: where signer and database are not of one log, or one of them is missing: then a person must
  ///   look, since the only way on would be a second history.
  func signer(for identity: PostgresLogIdentity) async throws -> any HeadSigner {
    let known = try await identity.read()
    guard known.verifierKey != nil || !known.hasRecords else {
      throw EmbeddedError("the database holds records and does not say of which log")
    }
    let signer: any HeadSigner
    do throws(SignerError) {
      switch place {
      case .here(let origin): signer = try open(isNew: known.verifierKey == nil, origin)
      case .remote(let address, let tls): signer = try await contact(address, tls)
      }
    } catch {
      throw EmbeddedError("the log's signer: \(error)")
    }
    do {
      try await claim(identity, for: signer.verifierKey.description, known: known.verifierKey)
    } catch {
      await signer.close()
      throw error
    }
    return signer
  }

  /// How long a signer is waited for that does not answer: it may be coming up beside its servers.
  private static let patience = Duration.seconds(30)

  private func contact(
    _ address: SignerAddress, _ tls: SignerTLS?
  ) async throws(SignerError) -> RemoteSigner {
    let end = ContinuousClock.now + Self.patience
    var pause = Duration.milliseconds(100)
    while true {
      do throws(SignerError) {
        return try await RemoteSigner(at: address, tls: tls)
      } catch {
        guard error.code == .unavailable, ContinuousClock.now + pause < end else { throw error }
        logger.warning("waiting for the signer", metadata: ["reason": "\(error.message)"])
      }
      try? await Task.sleep(for: pause)
      pause = min(pause * 2, .seconds(5))
    }
  }

  /// Makes sure that the database belongs to the signer's log, also where another server makes a log of it
  /// at the same moment: then one of the two is refused.
  private func claim(
    _ identity: PostgresLogIdentity, for verifierKey: String, known: String?
  ) async throws {
    if known == nil { try await identity.set(verifierKey) }
    let owner = try await identity.read().verifierKey
    guard owner == verifierKey else {
      throw EmbeddedError(
        "the database belongs to the log \(owner ?? "?"), and the signer signs \(verifierKey)")
    }
    try directory.write(verifierKey + "\n", to: directory.path + "/log.vkey", mode: 0o644)
  }

  private func open(isNew: Bool, _ origin: String?) throws(SignerError) -> FileSigner {
    let folder = directory.path + "/signer"
    if DataDirectory.exists(folder + "/key") { return try FileSigner(folder: folder) }
    guard isNew else {
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
  }

  /// Brings signer and database together. Where the signer refuses, or the witnesses that it needs are
  /// away, the server starts all the same: it serves reads and says on /readyz why it takes no commits.
  func recover(_ committer: GroupCommitter) async throws {
    do throws(StoreError) {
      let checkpoint = try await committer.recover()
      logger.info("the log is signed", metadata: ["size": "\(checkpoint.size)"])
    } catch {
      if error.code == .signerRefuses {
        logger.error("read-only", metadata: ["reason": "\(error)"])
      } else if let cause = error.cause as? StoreError, cause.code == .noQuorum {
        logger.error("commits are held", metadata: ["reason": "\(cause.message)"])
      } else {
        throw error
      }
    }
  }
}
