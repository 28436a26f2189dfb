package import Lineage
package import Store
import Synchronization

/// The engine in memory: an index that follows the log.
///
/// It is built from a feed, in the background once `run` is called, and goes on with what is committed. A query of
/// a size that it does not have yet makes it read the feed at once: one read at a time, for all who wait.
///
/// Throws `.unavailable` where it does not have a query's records in time or has no room for them, and `.corrupt`
/// where the feed contradicted what was known. After the latter two it has stepped aside: its memory is freed, and it
/// never answers again.
package final class IndexedLineage: LineageEngine {
  /// What an operator wants to know.
  package enum Event: Sendable {
    /// It has all that was published when it started.
    case loaded(LineageIndex.Size, in: Duration)
    /// The feed cannot be read; said once until it can be again.
    case feedFailed(StoreError)
    case steppedAside(StoreError)
  }

  typealias Waiter = CheckedContinuation<Result<Void, StoreError>, Never>

  struct State {
    var follow = FollowState<Waiter>()
    /// Nil once it has stepped aside.
    var index: LineageIndex?
    var loadTime: Duration?
    var isFailing = false
  }

  let feed: any LineageFeed
  let published: @Sendable () async throws(StoreError) -> Int64
  private let patience: Duration
  let report: @Sendable (Event) -> Void
  let state: Mutex<State>
  let wakes: AsyncStream<Void>
  let wake: AsyncStream<Void>.Continuation

  /// - Parameters:
  ///   - byteLimit: what the index may take.
  ///   - patience: how long a query waits for records that are not there yet.
  ///   - published: how many records readers may see; asked a few times a second.
  package init(
    feed: any LineageFeed, byteLimit: Int, patience: Duration = .seconds(2),
    published: @escaping @Sendable () async throws(StoreError) -> Int64,
    report: @escaping @Sendable (Event) -> Void = { _ in }
  ) {
    self.feed = feed
    self.published = published
    self.patience = patience
    self.report = report
    state = Mutex(State(index: LineageIndex(byteLimit: byteLimit)))
    (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  package func walk(_ query: LineageQuery) async throws(StoreError) -> LineageAnswer {
    try await index(covering: query.size).walk(query)
  }

  package func step(_ query: StepQuery) async throws(StoreError) -> [LineageEdge] {
    try await index(covering: query.size).step(query)
  }

  /// How many records it lacks to answer queries of `size`; nil where it has stepped aside.
  package func lag(to size: Int64) -> Int64? {
    state.withLock { $0.follow.failure == nil ? max(0, size - $0.follow.known) : nil }
  }

  /// How large it is, by how much it is behind, and how long it took to load; nil where it has stepped aside.
  package var standing: (size: LineageIndex.Size, lag: Int64, loadTime: Duration?)? {
    let (index, lag, loadTime) = state.withLock { state in
      let follow = state.follow
      return (state.index, max(0, (follow.published ?? 0) - follow.known), state.loadTime)
    }
    return index.map { ($0.size, lag, loadTime) }
  }

  private func index(covering size: Int64) async throws(StoreError) -> LineageIndex {
    let result: Result<Void, StoreError> = await withCheckedContinuation { waiter in
      switch state.withLock({ $0.follow.admit(size, waiter) }) {
      case .ready: waiter.resume(returning: .success(()))
      case .refused(let error): waiter.resume(returning: .failure(error))
      case .waits(let number):
        wake.yield()
        Task { await giveUp(number) }
      }
    }
    try result.get()
    guard let index = state.withLock({ $0.index }) else {
      throw StoreError(.unavailable, "the lineage index has stepped aside")
    }
    return index
  }

  private func giveUp(_ number: Int) async {
    try? await Task.sleep(for: patience)
    let (waiter, known) = state.withLock { ($0.follow.giveUp(number), $0.follow.known) }
    let error = StoreError(.unavailable, "the lineage index has only \(known) records: come again")
    waiter?.resume(returning: .failure(error))
  }
}
