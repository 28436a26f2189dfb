import Records
import StemmaCrypto
package import Store
import Synchronization
package import TransparencyLog

/// The committer's port in memory: what a real one must do, without a database. It destroys nothing.
package final class MemoryLedger: CommitLedger {
  package struct State: Sendable {
    package fileprivate(set) var edge = TileEdge()
    package fileprivate(set) var records: [BatchPlan.NewRecord] = []
    package fileprivate(set) var entries: [LogExtension.Entry] = []
    package fileprivate(set) var published = SignedCheckpoint(size: 0, note: [])
    fileprivate var facts = BatchFacts(edge: TileEdge(), lastCommittedAt: nil)
  }

  private struct Head {
    var isLocked = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let stored = Mutex(State())
  private let head = Mutex(Head())

  package init() {}

  package var state: State { stored.withLock { $0 } }

  package func append(
    _ questions: BatchQuestions, decide: @escaping @Sendable (BatchFacts) -> BatchPlan,
    vouch: @escaping @Sendable (BatchPlan) async throws(StoreError) -> Void
  ) async throws(StoreError) -> BatchPlan {
    await lock()
    defer { unlock() }
    // More than was asked for: a planner looks at what it asked for alone.
    let plan = decide(stored.withLock { $0.facts })
    try await vouch(plan)
    stored.withLock { $0.take(plan) }
    return plan
  }

  package func publish(_ checkpoint: SignedCheckpoint) async throws(StoreError) {
    stored.withLock { state in
      if checkpoint.isNewer(than: state.published) {
        state.published = checkpoint
      }
    }
  }

  /// Waits for the head row, as it were: in the order of arrival.
  private func lock() async {
    await withCheckedContinuation { continuation in
      let isFree = head.withLock { head in
        if head.isLocked { head.waiting.append(continuation) }
        defer { head.isLocked = true }
        return !head.isLocked
      }
      if isFree { continuation.resume() }
    }
  }

  /// Hands the head to whoever waited longest.
  private func unlock() {
    let next = head.withLock { head in
      head.isLocked = !head.waiting.isEmpty
      return head.waiting.isEmpty ? nil : head.waiting.removeFirst()
    }
    next?.resume()
  }
}

extension MemoryLedger.State {
  fileprivate mutating func take(_ plan: BatchPlan) {
    edge = plan.log.edge
    records += plan.records
    entries += plan.log.entries
    facts.add(plan)
  }
}
