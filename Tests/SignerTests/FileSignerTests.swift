import StemmaCrypto
import Testing
import TransparencyLog

@testable import Signer

@Suite struct FileSignerTests {
  private let folder = TemporaryFolder()
  private let all = leaves(0..<100)
  private let seed = Array(UInt8(0)..<32)

  private func create() throws(SignerError) {
    try FileSigner.create(in: folder.path, origin: "example.com/log", seed: seed)
  }

  /// The checkpoint, opened with the log's key.
  private func checkpoint(_ signed: SignedHead, _ signer: FileSigner) throws -> Checkpoint {
    try Checkpoint(
      opening: SignedNote(parsing: signed.note), origin: signer.origin, key: signer.verifierKey)
  }

  @Test func aNewLogHasASignedCheckpointOfNothing() async throws {
    try create()
    let signer = try FileSigner(folder: folder.path)
    let newest = await signer.status().newest
    #expect(newest.head == head(of: []))
    #expect(try checkpoint(newest, signer).size == 0)
    #expect(signer.verifierKey.description.hasPrefix("example.com/log+"))
    #expect(folder.read("vkey") == Array("\(signer.verifierKey)\n".utf8))
  }

  @Test func theFolderIsTheSignersAlone() throws {
    try create()
    #expect(folder.mode(of: ".") == 0o700)
    #expect(folder.mode(of: "key") == 0o400)
    #expect(folder.mode(of: "journal") == 0o600)
  }

  @Test func signsWhatWasPreparedAndNothingElse() async throws {
    try create()
    let signer = try FileSigner(folder: folder.path)
    await #expect(throws: SignerError(.notPrepared, "")) {
      try await signer.sign(head(of: all[..<2]))
    }
    try await signer.prepare(head: head(of: []), leaves: Array(all[..<2]))
    let signed = try await signer.sign(head(of: all[..<2]))
    #expect(signed.head == head(of: all[..<2]))
    let checkpoint = try checkpoint(signed, signer)
    #expect(checkpoint.size == 2 && checkpoint.root == signed.head.root)
    #expect(try await signer.sign(head(of: all[..<2])) == signed)
    await #expect(throws: SignerError(.behind, "")) {
      try await signer.prepare(head: head(of: all[..<1]), leaves: [])
    }
  }

  @Test func comesBackAsItWas() async throws {
    try create()
    // So small that most steps begin a new journal.
    for size in 0..<40 {
      let signer = try FileSigner(folder: folder.path, rotationSize: 1000)
      try await signer.prepare(head: head(of: all[..<size]), leaves: leaves(0..<2, salt: "\(size)"))
      try await signer.prepare(head: head(of: all[..<size]), leaves: [all[size]])
      if size % 3 == 0 { _ = try await signer.sign(head(of: all[...size])) }
    }
    let signer = try FileSigner(folder: folder.path)
    #expect(await signer.status().newest.head == head(of: all[..<40]))
  }

  @Test func beginsANewJournalWhenOneIsFull() async throws {
    try create()
    let signer = try FileSigner(folder: folder.path, rotationSize: 2000)
    var sizes: [Int] = []
    for size in all.indices {
      try await signer.prepare(head: head(of: all[..<size]), leaves: [all[size]])
      _ = try await signer.sign(head(of: all[...size]))
      sizes.append(try #require(folder.read("journal")).count)
    }
    #expect(zip(sizes, sizes.dropFirst()).contains { $0 > $1 })
  }

  @Test func askingAgainWritesNothing() async throws {
    try create()
    let signer = try FileSigner(folder: folder.path)
    try await signer.prepare(head: head(of: []), leaves: Array(all[..<2]))
    _ = try await signer.sign(head(of: all[..<2]))
    try await signer.prepare(head: head(of: all[..<2]), leaves: Array(all[2..<5]))
    let before = folder.read("journal")
    try await signer.prepare(head: head(of: all[..<2]), leaves: Array(all[2..<5]))
    _ = try await signer.sign(head(of: all[..<2]))
    await #expect(throws: SignerError(.foreign, "")) {
      try await signer.prepare(head: head(of: all[..<9]), leaves: [])
    }
    #expect(folder.read("journal") == before)
  }

  @Test func manyCallersAtOnce() async throws {
    try create()
    let signer = try FileSigner(folder: folder.path)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for caller in 0..<64 {
        group.addTask {
          let new = leaves(0..<3, salt: "\(caller % 8)")
          try await signer.prepare(head: head(of: []), leaves: new)
        }
      }
      try await group.waitForAll()
    }
    #expect(await signer.status().kept == 8)
  }

  @Test func twoSignersForOneStateCannotRun() throws {
    try create()
    let signer = try FileSigner(folder: folder.path)
    #expect(throws: SignerError(.locked, "")) { try FileSigner(folder: folder.path) }
    #expect(throws: SignerError(.locked, "")) { try create() }
    withExtendedLifetime(signer) {}
  }

  @Test func neverMakesAStateOverAnother() throws {
    try create()
    #expect(throws: SignerError(.stateExists, "")) { try create() }
    folder.remove("journal")
    #expect(throws: SignerError(.stateExists, "")) { try create() }
    #expect(throws: SignerError(.corrupt, "")) { try FileSigner(folder: folder.path) }
  }

  @Test func makingThatWasCutShortCanBeDoneAgain() async throws {
    try create()
    folder.remove("key")
    #expect(throws: SignerError(.noState, "")) { try FileSigner(folder: folder.path) }
    try create()
    let signer = try FileSigner(folder: folder.path)
    try await signer.prepare(head: head(of: []), leaves: [all[0]])
  }

  @Test func aUsedJournalWithoutItsKeyIsNotMadeOver() async throws {
    try create()
    try await FileSigner(folder: folder.path).prepare(head: head(of: []), leaves: [all[0]])
    folder.remove("key")
    #expect(throws: SignerError(.stateExists, "")) { try create() }
  }

  @Test func refusesAnotherKeysJournal() throws {
    try create()
    let other = TemporaryFolder()
    try FileSigner.create(
      in: other.path, origin: "example.com/log", seed: Array(repeating: 1, count: 32))
    folder.write(try #require(other.read("journal")), to: "journal")
    #expect(throws: SignerError(.corrupt, "")) { try FileSigner(folder: folder.path) }
  }

  @Test func noFolderAndNoNameAreTold() throws {
    #expect(throws: SignerError(.noState, "")) { try FileSigner(folder: folder.path) }
    #expect(throws: SignerError(.unavailable, "")) {
      try FileSigner.create(in: folder.path, origin: "two words", seed: seed)
    }
  }
}
