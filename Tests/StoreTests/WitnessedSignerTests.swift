import StemmaCrypto
import Synchronization
import Testing
import TransparencyLog

@testable import Store

@Suite struct WitnessedSignerTests {
  @Test(arguments: ["any", "all"])
  func theCheckpointCarriesWhatWasCosigned(threshold: String) async throws {
    let setting = try Setting(threshold, [try MemoryWitness(1), try MemoryWitness(2)])
    for size: Int64 in [0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 700] {
      let signed = try await setting.sign(size)
      let note = try SignedNote(parsing: signed.note)
      #expect(signed.size == size && note.text == setting.log.text(of: size))
      #expect(note.signatures.count == 3)
      #expect(try setting.policy.check(note).size == size)
    }
    #expect(setting.signer.standings.map(\.cosigned) == [11, 11])
    #expect(setting.signer.standings.map(\.size) == [700, 700])
    #expect(setting.signer.warnings.isEmpty && setting.signer.shortfalls == 0)
    #expect(
      setting.witnesses[0].asked == [
        0, 0, 1, 2, 3, 255, 256, 257, 511, 512, 513,
      ])
  }

  @Test(arguments: MemoryWitness.Fault.allCases)
  func aFaultyOneNeitherCountsNorHoldsUpTheOthers(fault: MemoryWitness.Fault) async throws {
    let setting = try Setting("any", [try MemoryWitness(1), try MemoryWitness(2, fault)])
    let note = try SignedNote(parsing: try await setting.sign(300).note)
    #expect(note.text == setting.log.text(of: 300), "no answer changes what is signed")
    #expect(note.signatures.count == 2)
    #expect(try setting.policy.check(note).size == 300)
    #expect(setting.signer.standings.map(\.cosigned) == [1, 0])
    #expect(setting.signer.standings[1].failed > 0)
    // Left alone: the next checkpoint does without it.
    let asked = setting.signer.standings[1].asked
    _ = try await setting.sign(301)
    #expect(setting.signer.standings[1].asked == asked)
  }

  @Test(arguments: MemoryWitness.Fault.allCases, WitnessedSigner.Shortfall.allCases)
  func withoutTheQuorumItIsHeldOrPublishedBare(
    fault: MemoryWitness.Fault, shortfall: WitnessedSigner.Shortfall
  ) async throws {
    let setting = try Setting(
      "all", [try MemoryWitness(1), try MemoryWitness(2, fault)], shortfall)
    if shortfall == .hold {
      await #expect(throws: StoreError(.noQuorum, "")) { try await setting.sign(300) }
    } else {
      #expect(try SignedNote(parsing: try await setting.sign(300).note).signatures.count == 2)
    }
    #expect(setting.signer.shortfalls == 1)
    #expect(setting.signer.warnings.contains { $0.contains("too few witnesses") })
    // It comes to its senses; only what is missing is asked for again.
    setting.witnesses[1].state.withLock { $0.fault = nil }
    #expect(!setting.signer.isWorthAnotherTry, "it is left alone")
    setting.leaveNobodyAlone()
    #expect(setting.signer.isWorthAnotherTry)
    let note = try SignedNote(parsing: try await setting.sign(300).note)
    #expect(try setting.policy.check(note).size == 300)
    #expect(setting.signer.standings.map(\.asked)[0] == 1)
    #expect(!setting.signer.isWorthAnotherTry && setting.signer.shortfalls == 1)
    #expect(setting.signer.warnings.isEmpty)
    #expect(setting.events.suffix(2) == ["quorum false 300", "quorum true 300"])
  }

  @Test(arguments: [
    MemoryWitness.Fault.sameSize, .fork, .otherKeyKnown, .ahead,
  ])
  func anotherHistoryIsSaidAloud(fault: MemoryWitness.Fault) async throws {
    let setting = try Setting("any", [try MemoryWitness(1), try MemoryWitness(2, fault)])
    _ = try await setting.sign(300)
    #expect(setting.signer.warnings.count == 1)
    #expect(setting.signer.warnings.first?.hasPrefix("witness w2 contradicts the log: ") == true)
    #expect(setting.events.count { $0 == "contradicted w2" } == 1)
    // It stays said while the witness is away.
    setting.witnesses[1].state.withLock { $0.fault = .dead }
    setting.leaveNobodyAlone()
    _ = try await setting.sign(301)
    #expect(setting.signer.warnings.count == 1)
  }

  @Test func aWitnessOfAnotherHistoryIsFoundOut() async throws {
    let setting = try Setting("any", [try MemoryWitness(1)], .hold)
    setting.witnesses[0].state.withLock {
      ($0.size, $0.root) = (200, TreeHash.leaf([1, 2, 3]))
    }
    for size: Int64 in [200, 300] {
      setting.leaveNobodyAlone()
      await #expect(throws: StoreError(.noQuorum, "")) { try await setting.sign(size) }
      #expect(setting.signer.warnings.contains { $0.contains("contradicts") })
    }
  }

  @Test func aSignerThatWasSetBackIsFoundOut() async throws {
    let witness = try MemoryWitness(1)
    let before = try Setting("all", [witness])
    _ = try await before.sign(300)
    let after = try Setting("all", [witness], .hold)
    await #expect(throws: StoreError(.noQuorum, "")) { try await after.sign(200) }
    #expect(after.signer.warnings.first?.contains("set back") == true)
    #expect(witness.size == 300)
  }

  @Test func aNewStartLearnsWhereEachWitnessIs() async throws {
    let witness = try MemoryWitness(1)
    _ = try await Setting("all", [witness]).sign(200)
    let note = try SignedNote(parsing: try await Setting("all", [witness]).sign(300).note)
    #expect(note.signatures.count == 2)
    #expect(witness.asked == [0, 0, 200])
  }

  @Test func whatIsCosignedIsNotAskedForAgain() async throws {
    let setting = try Setting("all", [try MemoryWitness(1)])
    let first = try await setting.sign(7)
    #expect(try await setting.sign(7) == first)
    #expect(setting.signer.standings[0].asked == 1)
  }

  /// Two servers share a signer. The other one has signed more, and shown it, before this one asks.
  @Test func anotherServerMayBeQuicker() async throws {
    let witness = try MemoryWitness(1)
    let one = try Setting("all", [witness], .hold)
    let other = try Setting("all", [witness], .hold, log: one.log)
    _ = try await one.sign(100)
    let slow = SlowSigner(log: one.log, overtaking: { _ = try await other.sign(300) })
    let late = try Setting("all", [witness], .hold, log: one.log, signer: slow)
    let signed = try await late.sign(200)
    #expect(signed.size == 300, "it takes the newest, which covers its own")
    #expect(try late.policy.check(SignedNote(parsing: signed.note)).size == 300)
    #expect(late.signer.warnings.isEmpty)
  }

  @Test(.timeLimit(.minutes(5)))
  func aLateOneIsWaitedForOnceAndNoLongerThanTheGrace() async throws {
    var timing = WitnessTiming()
    timing.deadline = .seconds(3600)
    timing.grace = .milliseconds(50)
    let setting = try Setting(
      "any", [try MemoryWitness(1), try MemoryWitness(2, .late)], timing: timing)
    for size: Int64 in 1...20 { _ = try await setting.sign(size) }
    #expect(setting.signer.standings.map(\.asked) == [20, 1])
  }
}

/// A signer that is overtaken between signing and asking, once.
private final class SlowSigner: LogSigner {
  private let log: GrowingLog
  private let overtaking: Mutex<(@Sendable () async throws -> Void)?>

  init(log: GrowingLog, overtaking: @escaping @Sendable () async throws -> Void) {
    self.log = log
    self.overtaking = Mutex(overtaking)
  }

  func prepare(size: Int64, root: Digest, leaves: [Digest]) {}

  func sign(size: Int64, root: Digest) async throws(StoreError) -> SignedCheckpoint {
    let signed = log.sign(size: size, root: root)
    let overtaking = overtaking.withLock { overtaking in
      defer { overtaking = nil }
      return overtaking
    }
    do {
      try await overtaking?()
    } catch {
      throw StoreError(.unavailable, "\(error)")
    }
    return signed
  }
}
