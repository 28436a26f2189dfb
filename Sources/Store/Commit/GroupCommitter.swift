import Synchronization

/// Group commit: concurrent commits share one transaction.
///
/// Callers wait until their batch is durable. The first one to arrive at an idle line starts the loop,
/// which takes everything that waits as one batch, and again until nothing waits.
package final class GroupCommitter: Sendable {
  private struct Waiter: Sendable {
    let request: CommitRequest
    let deadline: ContinuousClock.Instant
    let continuation: CheckedContinuation<Result<CommitOutcome, StoreError>, Never>
  }

  private struct State {
    var queue: CommitQueue<Waiter>
    var counters = Counters()
    var idle: [CheckedContinuation<Void, Never>] = []
  }

  /// For the metrics page.
  package struct Counters: Sendable {
    package var batches = 0
    package var commits = 0
    package var records = 0
    package var refused = 0
    package var failed = 0
    package var waiting = 0
  }

  private let ledger: any CommitLedger
  private let now: @Sendable () -> Timestamp
  private let state: Mutex<State>

  package init(ledger: any CommitLedger, now: @escaping @Sendable () -> Timestamp) {
    self.ledger = ledger
    self.now = now
    state = Mutex(State(queue: CommitQueue()))
  }

  /// Stores `request`, or says why not.
  ///
  /// Returns only after the transaction that holds it is durable. Idempotent: the same request again
  /// finds its records and their indices.
  ///
  /// - Throws: `.overloaded` (nothing tried), `.deadlineExceeded` (its time was over while it
  ///   waited, nothing tried), `.unavailable` (nothing stored), `.outcomeUnknown` (try again to
  ///   learn).
  package func commit(
    _ request: CommitRequest, deadline: ContinuousClock.Instant
  ) async throws(StoreError) -> CommitOutcome {
    let result = await withCheckedContinuation { continuation in
      enqueue(Waiter(request: request, deadline: deadline, continuation: continuation))
    }
    return try result.get()
  }

  package var counters: Counters {
    state.withLock { state in
      var counters = state.counters
      counters.waiting = state.queue.count
      return counters
    }
  }

  /// Turns new commits away and returns when those that wait are done.
  package func drain() async {
    await withCheckedContinuation { continuation in
      let isIdle = state.withLock { state in
        state.queue.close()
        if state.queue.isWorking { state.idle.append(continuation) }
        return !state.queue.isWorking
      }
      if isIdle { continuation.resume() }
    }
  }

  private func enqueue(_ waiter: Waiter) {
    let admission = state.withLock { state in
      let admission = state.queue.admit(
        .init(
          element: waiter, records: waiter.request.records.count,
          bytes: waiter.request.byteCount))
      if admission == .refused { state.counters.refused += 1 }
      return admission
    }
    switch admission {
    case .queued: return
    case .startWorking: Task { await work() }
    case .refused:
      waiter.continuation.resume(
        returning: .failure(StoreError(.overloaded, "the commit queue is full")))
    case .closed:
      waiter.continuation.resume(
        returning: .failure(StoreError(.unavailable, "the server is shutting down")))
    }
  }

  private func work() async {
    while true {
      let (batch, idle) = state.withLock { state in
        let batch = state.queue.nextBatch()
        guard batch.isEmpty else { return (batch, [CheckedContinuation<Void, Never>]()) }
        defer { state.idle = [] }
        return (batch, state.idle)
      }
      for continuation in idle { continuation.resume() }
      if batch.isEmpty { return }
      await commit(batch)
    }
  }

  private func commit(_ batch: [Waiter]) async {
    let clock = ContinuousClock.now
    var inTime: [Waiter] = []
    inTime.reserveCapacity(batch.count)
    for waiter in batch {
      if waiter.deadline > clock {
        inTime.append(waiter)
      } else {
        let error = StoreError(.deadlineExceeded, "waited too long in the commit queue")
        waiter.continuation.resume(returning: .failure(error))
      }
    }
    if !inTime.isEmpty { await append(inTime) }
  }

  /// One transaction. A race with another server is tried again: alone, so that one commit that keeps
  /// failing cannot take its neighbours with it.
  private func append(_ waiters: [Waiter], attempt: Int = 1) async {
    let requests = waiters.map(\.request)
    let now = now
    do throws(StoreError) {
      let plan = try await ledger.append(BatchPlanner.questions(for: requests)) { facts in
        BatchPlanner.plan(requests, facts: facts, now: now())
      }
      state.withLock { state in
        state.counters.batches += 1
        state.counters.commits += waiters.count
        state.counters.records += plan.records.count
      }
      for (waiter, outcome) in zip(waiters, plan.outcomes) {
        waiter.continuation.resume(returning: .success(outcome))
      }
    } catch {
      if error == StoreError(.raced, ""), attempt < 4 {
        for waiter in waiters { await append([waiter], attempt: attempt + 1) }
        return
      }
      state.withLock { $0.counters.failed += waiters.count }
      // A commit that lost every race was definitely not stored.
      let told = error == StoreError(.raced, "") ? StoreError(.unavailable, error.message) : error
      for waiter in waiters { waiter.continuation.resume(returning: .failure(told)) }
    }
  }
}
