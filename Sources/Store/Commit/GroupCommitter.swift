import Synchronization
import TransparencyLog

/// Group commit: concurrent commits share one transaction.
///
/// Callers wait until their batch is durable and signed. The first one to arrive at an idle line starts the
/// loop, which takes everything that waits as one batch, and again until nothing waits. While a batch is written, the next
/// one is already being planned, and while it is signed and published, the next one is being committed: the signer
/// knows both, in their order.
package final class GroupCommitter: Sendable {
  private struct Waiter: Sendable {
    let request: CommitRequest
    let deadline: ContinuousClock.Instant
    let continuation: CheckedContinuation<Result<Committed, StoreError>, Never>
    /// Races lost so far.
    var races = 0
  }

  /// What became of a commit, and the signed checkpoint that covers it.
  package struct Committed: Sendable {
    package let outcome: CommitOutcome
    package let checkpoint: SignedCheckpoint
  }

  private struct State {
    var queue: CommitQueue<Waiter>
    var counters = Counters()
    var idle: [CheckedContinuation<Void, Never>] = []
    var refusal: String?
    /// Commits that lost a race with another server, to be tried again each alone.
    var raced: [Waiter] = []
    /// The batch that is being signed; there is one at a time.
    var signing: Task<Void, Never>?
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
  private let signer: any LogSigner
  private let now: @Sendable () -> Timestamp
  private let random: @Sendable (Int) -> [UInt8]
  private let state: Mutex<State>

  /// - Parameter random: random bytes, fit for nonces.
  package init(
    ledger: any CommitLedger, signer: any LogSigner, now: @escaping @Sendable () -> Timestamp,
    random: @escaping @Sendable (Int) -> [UInt8]
  ) {
    self.ledger = ledger
    self.signer = signer
    self.now = now
    self.random = random
    state = Mutex(State(queue: CommitQueue()))
  }

  /// Stores `request`, or says why not.
  ///
  /// Returns only after the transaction that holds it is durable and a checkpoint that covers it is
  /// signed. Idempotent: the same request again finds its records and their indices.
  ///
  /// - Throws: `.overloaded` (nothing tried), `.deadlineExceeded` (its time was over while it
  ///   waited, nothing tried), `.unavailable`, `.signerUnavailable` and `.signerRefuses`
  ///   (this try stored nothing), `.outcomeUnknown` (try again to learn).
  package func commit(
    _ request: CommitRequest, deadline: ContinuousClock.Instant
  ) async throws(StoreError) -> Committed {
    let result = await withCheckedContinuation { continuation in
      enqueue(Waiter(request: request, deadline: deadline, continuation: continuation))
    }
    return try result.get()
  }

  /// Brings signer and database together before anything is served: signs what an earlier run committed
  /// and could not have signed any more, and lets readers see it. A commit with nothing to store, in its turn
  /// among the others. May be called again at any time, to publish what is held.
  ///
  /// - Throws: as `commit`.
  package func recover() async throws(StoreError) -> SignedCheckpoint {
    try await commit(.nothing, deadline: .now + .seconds(60)).checkpoint
  }

  /// Why nothing can be signed, as of the last try; nil where it can. The store is then read-only.
  package var refusal: String? { state.withLock { $0.refusal } }

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
    // The loop ends when the last batch's signature has begun.
    await state.withLock { $0.signing }?.value
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

  /// The loop. A batch is taken when the one before it is vouched for, so that it can be planned while that one is
  /// written; where nothing waits then, when that one is over.
  private func work() async {
    var last: Task<Void, Never>?
    while true {
      let batch = nextBatch()
      if !batch.isEmpty {
        let before = last
        last = await begin(batch, after: before)
        // At most one batch waits, committed, for its signature to begin.
        await before?.value
      } else if let under = last {
        await under.value
        last = nil
      } else if ended() {
        return
      }
    }
  }

  /// What waits and is in time.
  private func nextBatch() -> [Waiter] {
    let clock = ContinuousClock.now
    let batch = state.withLock { state in
      state.raced.isEmpty ? state.queue.nextBatch() : [state.raced.removeFirst()]
    }
    for waiter in batch where waiter.deadline <= clock {
      let error = StoreError(.deadlineExceeded, "waited too long in the commit queue")
      waiter.continuation.resume(returning: .failure(error))
    }
    return batch.filter { $0.deadline > clock }
  }

  /// True where nothing waits: then whoever comes next starts the loop again.
  private func ended() -> Bool {
    let (idle, hasEnded) = state.withLock { state in
      state.queue.rest()
      guard !state.queue.isWorking else { return ([CheckedContinuation<Void, Never>](), false) }
      defer { state.idle = [] }
      return (state.idle, true)
    }
    for continuation in idle { continuation.resume() }
    return hasEnded
  }

  /// Starts a batch and returns when it is vouched for, or over: the next one may then be started.
  private func begin(
    _ waiters: [Waiter], after before: Task<Void, Never>?
  ) async -> Task<Void, Never> {
    let (vouched, whenVouched) = AsyncStream.makeStream(of: Void.self)
    let task = Task {
      await append(waiters, after: before) { whenVouched.yield() }
      whenVouched.finish()
    }
    for await _ in vouched { break }
    return task
  }

  /// One transaction. A race with another server is tried again: alone, so that one commit that keeps
  /// failing cannot take its neighbours with it.
  private func append(
    _ waiters: [Waiter], after before: Task<Void, Never>?, vouched: @escaping @Sendable () -> Void
  ) async {
    do throws(StoreError) {
      let plan = try await watched { () async throws(StoreError) in
        try await transact(waiters.map(\.request), vouched)
      }
      // In the order of their commits.
      await before?.value
      await state.withLock { $0.signing }?.value
      let signing = Task { await signAndAnswer(plan, waiters) }
      state.withLock { $0.signing = signing }
    } catch {
      guard error == StoreError(.raced, "") else { return fail(waiters, error) }
      let lost = waiters.map { waiter in
        var waiter = waiter
        waiter.races += 1
        return waiter
      }
      state.withLock { $0.raced += lost.filter { $0.races < Self.maximumRaces } }
      // A commit that lost every race was definitely not stored.
      fail(
        lost.filter { $0.races >= Self.maximumRaces }, StoreError(.unavailable, error.message))
    }
  }

  private static let maximumRaces = 4

  private func signAndAnswer(_ plan: BatchPlan, _ waiters: [Waiter]) async {
    do throws(StoreError) {
      let checkpoint = try await watched { () async throws(StoreError) in try await sign(plan) }
      state.withLock { state in
        state.counters.batches += 1
        state.counters.commits += waiters.count
        state.counters.records += plan.records.count
      }
      for (waiter, outcome) in zip(waiters, plan.outcomes) {
        waiter.continuation.resume(
          returning: .success(Committed(outcome: outcome, checkpoint: checkpoint)))
      }
    } catch {
      fail(waiters, error)
    }
  }

  private func fail(_ waiters: [Waiter], _ error: StoreError) {
    state.withLock { $0.counters.failed += waiters.count }
    for waiter in waiters { waiter.continuation.resume(returning: .failure(error)) }
  }

  /// Runs a part of a commit, and remembers whether the log can go on.
  private func watched<Value: Sendable>(
    _ body: () async throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    do throws(StoreError) {
      let value = try await body()
      state.withLock { $0.refusal = nil }
      return value
    } catch {
      switch (error.cause as? StoreError)?.code ?? error.code {
      case .signerRefuses, .signerUnavailable:
        state.withLock { $0.refusal = error.description }
      case .corrupt:
        // What the head or the right edge of the log says cannot be so: nothing goes on from there.
        state.withLock { $0.refusal = error.description }
        throw StoreError(.signerRefuses, error.message, cause: error)
      default: break
      }
      throw error
    }
  }

  /// Plan, vouch, commit.
  private func transact(
    _ requests: [CommitRequest], _ vouched: @escaping @Sendable () -> Void
  ) async throws(StoreError) -> BatchPlan {
    let (now, random, signer) = (now, random, signer)
    return try await ledger.append(BatchPlanner.questions(for: requests)) { facts in
      BatchPlanner.plan(requests, facts: facts, now: now(), random: random)
    } vouch: { (plan) throws(StoreError) in
      try await signer.prepare(
        size: plan.log.sizeBefore, root: plan.log.rootBefore, leaves: plan.log.leaves)
      vouched()
    }
  }

  /// Sign, publish: only then may anybody be answered.
  private func sign(_ plan: BatchPlan) async throws(StoreError) -> SignedCheckpoint {
    do throws(StoreError) {
      let checkpoint = try await signer.sign(
        size: plan.log.edge.size, root: plan.log.edge.root)
      try await ledger.publish(checkpoint)
      return checkpoint
    } catch {
      // Committed, and it may be signed: only a retry can tell, and will sign it if need be.
      throw StoreError(
        .outcomeUnknown, "committed, but not known to be signed and published", cause: error)
    }
  }
}
