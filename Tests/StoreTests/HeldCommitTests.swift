import Records
import StemmaCrypto
import StoreFixtures
import Synchronization
import Testing
import TransparencyLog

@testable import Store

/// The committer over witnesses that come and go, with a policy that wants them all.
@Suite struct HeldCommitTests {
  @Test func nothingIsPublishedOrAcknowledgedWithoutTheQuorum() async throws {
    let ledger = MemoryLedger()
    let setting = try Setting(
      "all", [try MemoryWitness(1), try MemoryWitness(2)], .hold, log: ledger.log())
    let committer = committer(ledger, setting)
    var held: [CommitRequest] = []
    for number in 0..<40 {
      // Each combination of who is there, again and again; the last round finds both.
      let down = number < 36 ? number % 4 : 0
      for place in 0..<2 {
        let fault: MemoryWitness.Fault? = down >> place & 1 == 1 ? .dead : nil
        setting.witnesses[place].state.withLock { $0.fault = fault }
      }
      setting.leaveNobodyAlone()
      let before = ledger.published
      let request = commit([try context(number)])
      do throws(StoreError) {
        let done = try await committer.commit(request, deadline: .now + .seconds(10))
        #expect(down == 0)
        #expect(done.checkpoint.size == number + 1)
        #expect(setting.isSatisfied(by: done.checkpoint))
        #expect(ledger.published == done.checkpoint)
      } catch {
        #expect(down != 0 && error.code == .outcomeUnknown)
        #expect((error.cause as? StoreError)?.code == .noQuorum)
        #expect(ledger.published == before, "readers see nothing of it")
        held.append(request)
      }
    }
    #expect(held.count == 27)
    // What was held is there, once.
    for request in held {
      let done = try await committer.commit(request, deadline: .now + .seconds(10))
      guard case .stored(let receipt) = done.outcome else {
        Issue.record("refused")
        continue
      }
      #expect(!receipt.records[0].created && done.checkpoint.size == 40)
    }
    #expect(ledger.state.records.count == 40)
  }

  @Test func aStartWithoutTheQuorumSaysWhy() async throws {
    let ledger = MemoryLedger()
    let setting = try Setting("all", [try MemoryWitness(1, .dead)], .hold, log: ledger.log())
    let committer = committer(ledger, setting)
    let error = await #expect(throws: StoreError.self) { try await committer.recover() }
    #expect(error?.code == .outcomeUnknown)
    #expect((error?.cause as? StoreError)?.code == .noQuorum)
    #expect(ledger.published.note.isEmpty)
  }

  private func committer(_ ledger: MemoryLedger, _ setting: Setting) -> GroupCommitter {
    GroupCommitter(
      ledger: ledger, signer: setting.signer, now: { Timestamp(microseconds: 1) },
      random: { randomBytes($0) })
  }
}

extension MemoryLedger {
  fileprivate var published: SignedCheckpoint { state.published }

  fileprivate func log() throws -> GrowingLog {
    try GrowingLog { self.state.entries.map { TreeHash.leaf($0.commitment.bytes) } }
  }
}
