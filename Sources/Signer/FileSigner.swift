package import StemmaCrypto
package import TransparencyLog

/// The one signer of a log, with its key and its memory in a folder of its own.
///
/// It signs nothing but trees that were prepared, each one growing out of the one that it signed before,
/// whatever happens to the database, to itself, or to anybody who talks to it. What `prepare` and
/// `sign` answer is durable on return, and each may be repeated. Calls run one after another, and wait
/// for the disk on a thread of their own.
///
/// The folder, which is the signer's alone (0700): `key` (0400, the private key as text), `journal`
/// (`JournalFormat`), `lock`, and for others `vkey`. It must not be brought back from a backup: a signer and a database that are
/// both set back sign the same sizes again, and nobody but a witness can tell.
package actor FileSigner {
  package nonisolated let verifierKey: VerifierKey
  /// The log's name: the first line of each checkpoint, and the key's name.
  package nonisolated var origin: String { verifierKey.name }

  private let executor = SerialQueueExecutor(label: "stemma-signer")
  private let folder: StateFolder
  private let key: SigningKey
  private let rotationSize: Int
  private var journal: Journal
  private var state: SignerState
  private var newest: SignedHead
  /// Why it has stopped.
  private var failure: SignerError?

  /// Starts the signer of an existing state, and locks the folder until it is gone.
  ///
  /// - Parameter rotationSize: how many bytes the journal may have before a new one is begun.
  /// - Throws: `.noState`, `.locked`, `.corrupt`, `.unavailable`.
  package init(folder path: String, rotationSize: Int = 4 << 20) throws(SignerError) {
    let folder = try StateFolder(path)
    let key = try Self.readKey(in: folder, path)
    guard let bytes = try folder.read(Journal.name) else {
      throw SignerError(
        .corrupt,
        "\(path) has a key but no journal: what it signed is lost, so it must not sign again"
      )
    }
    let read = try JournalReader(bytes)
    guard read.verifierKey == key.verifierKey.description else {
      throw SignerError(
        .corrupt, "the journal in \(path) is that of another key, \(read.verifierKey)")
    }
    journal = try Journal(of: read.state, verifierKey: read.verifierKey, in: folder)
    state = read.state
    verifierKey = key.verifierKey
    newest = key.sign(read.state.signedHead)
    self.folder = folder
    self.key = key
    self.rotationSize = rotationSize
  }

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  package func status() -> SignerStatus {
    SignerStatus(newest: newest, kept: state.kept.count, stopped: failure?.message)
  }

  /// Checks the head that the caller has locked, and keeps the leaves that its transaction will add. Call
  /// before COMMIT. Without leaves it checks the head alone.
  ///
  /// - Throws: `.behind`, `.diverged`, `.foreign`, `.stopped`.
  package func prepare(head: TreeHead, leaves: [Digest]) throws(SignerError) {
    try checkWorks()
    if let step = try state.prepare(on: head, leaves: leaves) { try take(step) }
  }

  /// Signs a head that was prepared, and gives the newest checkpoint, which covers it. Call after COMMIT.
  ///
  /// A size alone would not do: whoever asks late could get another server's batch of that size signed
  /// before that server has committed it, and would take the checkpoint for its own.
  ///
  /// - Throws: `.notPrepared`, `.stopped`.
  package func sign(_ head: TreeHead) throws(SignerError) -> SignedHead {
    try checkWorks()
    if let step = try state.sign(head) {
      // The signature comes last: there is none that the journal does not know of.
      try take(step)
      newest = key.sign(state.signedHead)
    }
    return newest
  }

  private func checkWorks() throws(SignerError) {
    if let failure { throw failure }
  }

  /// Makes a step durable, and then the state.
  private func take(_ step: SignerState.Step) throws(SignerError) {
    do throws(SignerError) {
      if journal.size >= rotationSize {
        journal = try Journal(of: state, verifierKey: verifierKey.description, in: folder)
      }
      try journal.append(step)
    } catch {
      // A full disk too: what a failed write has left behind is for the next start to find out.
      let stopped = SignerError(.stopped, "stopped, until a new start: \(error.message)")
      failure = stopped
      throw stopped
    }
    let follows = state.apply(step)
    precondition(follows, "a step that the state itself gave")
  }
}

extension FileSigner {
  /// Makes the state of a new log, which has a signed checkpoint of size 0 from then on.
  ///
  /// The key comes last: a folder without one has signed nothing, so making that was cut short can be
  /// done again.
  ///
  /// - Parameters:
  ///   - origin: the log's name, like `example.com/log`: no spaces and no plus.
  ///   - seed: 32 random bytes, never used for another log.
  /// - Throws: `.stateExists`, `.locked`, `.unavailable` (also for an origin that is none).
  package static func create(
    in path: String, origin: String, seed: [UInt8]
  ) throws(SignerError) {
    let key = try makeKey(origin, seed)
    try StateFolder.make(path)
    let folder = try StateFolder(path)
    guard try folder.read(keyName) == nil, try isUnused(folder.read(Journal.name)) else {
      throw SignerError(.stateExists, "\(path) holds a signer's state")
    }
    _ = try Journal(of: SignerState(), verifierKey: key.verifierKey.description, in: folder)
    let (verifierKey, privateKey) = ("\(key.verifierKey)\n", "\(key.formatPrivateKey())\n")
    _ = try folder.replace("vkey", with: Array(verifierKey.utf8), mode: 0o444)
    _ = try folder.replace(keyName, with: Array(privateKey.utf8), mode: 0o400)
  }

  private static let keyName = "key"

  private static func makeKey(_ origin: String, _ seed: [UInt8]) throws(SignerError) -> SigningKey {
    do throws(LogError) {
      return try SigningKey(name: origin, seed: seed)
    } catch {
      throw SignerError(.unavailable, "no key can be made: \(error.message)")
    }
  }

  /// Whether a journal, if there is one, is that of a log in which nothing was ever prepared.
  private static func isUnused(_ journal: [UInt8]?) throws(SignerError) -> Bool {
    guard let journal else { return true }
    return try JournalReader(journal).state == SignerState()
  }

  private static func readKey(
    in folder: borrowing StateFolder, _ path: String
  ) throws(SignerError) -> SigningKey {
    guard let bytes = try folder.read(keyName) else {
      throw SignerError(.noState, "\(path) holds no signer's key")
    }
    do throws(LogError) {
      let text = bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]
      return try SigningKey(parsing: String(decoding: text, as: UTF8.self))
    } catch {
      throw SignerError(.corrupt, "the key in \(path) does not check: \(error.message)")
    }
  }
}

extension SigningKey {
  /// The checkpoint of a head. Ed25519 is deterministic, so a head has one checkpoint for ever.
  fileprivate func sign(_ head: TreeHead) -> SignedHead {
    let checkpoint = Checkpoint(origin: verifierKey.name, size: head.size, root: head.root)
    let text = checkpoint.formatCheckpoint()
    return SignedHead(
      head: head, note: SignedNote(text: text, signatures: [sign(text)]).formatNote())
  }
}
