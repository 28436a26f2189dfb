import Records
import StemmaCrypto
import Synchronization
import TransparencyLog

@testable import Store

/// The committer's port in memory: what a real one must do, without a database.
final class MemoryLedger: CommitLedger {
  struct State {
    var edge = TileEdge()
    var records: [BatchPlan.NewRecord] = []
    var entries: [LogExtension.Entry] = []
    var published = SignedCheckpoint(size: 0, note: [])
    var lastCommittedAt: Timestamp?
  }

  let state: Mutex<State>

  init(_ state: State = State()) { self.state = Mutex(state) }

  func append(
    _ questions: BatchQuestions, decide: @escaping @Sendable (BatchFacts) -> BatchPlan,
    vouch: @escaping @Sendable (BatchPlan) async throws(StoreError) -> Void
  ) async throws(StoreError) -> BatchPlan {
    let plan = decide(state.withLock { $0.facts(for: questions) })
    try await vouch(plan)
    state.withLock { state in
      state.edge = plan.log.edge
      state.records += plan.records
      state.entries += plan.log.entries
      state.lastCommittedAt = plan.committedAt
    }
    return plan
  }

  func publish(_ checkpoint: SignedCheckpoint) async throws(StoreError) {
    state.withLock { state in
      if checkpoint.isNewer(than: state.published) {
        state.published = checkpoint
      }
    }
  }
}

extension MemoryLedger.State {
  fileprivate func facts(for questions: BatchQuestions) -> BatchFacts {
    var facts = BatchFacts(edge: edge, lastCommittedAt: lastCommittedAt)
    for record in records {
      let key = Scoped(record.namespace, record.record.digest)
      facts.records[key] = .init(
        index: record.index, kind: record.record.kind, content: record.record.content?.digest)
      for claim in record.record.claims {
        facts.claims[Scoped(record.namespace, claim.digest)] = .init(
          index: record.index, digest: record.record.digest)
      }
      if let event = record.record.event {
        facts.chains[Scoped(record.namespace, event.chain)] = .init(
          index: record.index, digest: record.record.digest)
      }
    }
    return facts
  }
}
