import Store
import Synchronization

extension IndexedLineage {
  /// Records that are read at a time: some MB, some 10 ms.
  private static let blockSize = 10_000
  /// How often it looks for new records by itself, so that queries find them there.
  private static let interval = Duration.milliseconds(250)

  /// Follows the log until the task is cancelled. To be called once.
  package func run() async {
    let start = ContinuousClock.now
    await withDiscardingTaskGroup { group in
      group.addTask { await self.watch() }
      for await _ in wakes {
        guard await catchUp(since: start) else { break }
      }
      group.cancelAll()
    }
    end(with: StoreError(.unavailable, "the lineage index does not follow the log any more"))
  }

  /// Looks for new records, and sees to it that what failed is tried again.
  private func watch() async {
    while !Task.isCancelled {
      // Where this fails, so does the feed, which is reported.
      if let size = try? await published() {
        state.withLock { $0.follow.sawPublished(size) }
      }
      wake.yield()
      try? await Task.sleep(for: Self.interval)
    }
  }

  /// Reads the feed up to what is wanted, or until it fails. False where it has stepped aside.
  private func catchUp(since start: ContinuousClock.Instant) async -> Bool {
    while let index = state.withLock({ $0.index }), !Task.isCancelled {
      let (known, wanted, isLoaded) = state.withLock { state in
        (state.follow.known, state.follow.wanted, state.follow.isLoaded)
      }
      if isLoaded { noteLoaded(index, since: start) }
      guard known < wanted else { return true }
      let block: EdgeBlock
      do throws(StoreError) {
        block = try await feed.block(from: known, below: wanted, limit: Self.blockSize)
      } catch {
        guard error.code != .corrupt else { return stepAside(error) }
        // Those who wait have their deadlines, and the next look is near.
        noteFailing(error)
        return true
      }
      do throws(StoreError) {
        try append(block, to: index, known: known)
      } catch {
        return stepAside(error)
      }
    }
    return true
  }

  private func append(
    _ block: EdgeBlock, to index: LineageIndex, known: Int64
  ) throws(StoreError) {
    guard block.endIndex > known else {
      throw StoreError(.corrupt, "the feed of references gives nothing after record \(known)")
    }
    try index.append(block)
    let ready = state.withLock { state in
      state.isFailing = false
      return state.follow.learned(block.endIndex)
    }
    for waiter in ready { waiter.resume(returning: .success(())) }
  }

  private func noteLoaded(_ index: LineageIndex, since start: ContinuousClock.Instant) {
    let time = ContinuousClock.now - start
    let isFirst = state.withLock { state in
      defer { state.loadTime = state.loadTime ?? time }
      return state.loadTime == nil
    }
    if isFirst { report(.loaded(index.size, in: time)) }
  }

  private func noteFailing(_ error: StoreError) {
    let isFirst = state.withLock { state in
      defer { state.isFailing = true }
      return !state.isFailing
    }
    if isFirst { report(.feedFailed(error)) }
  }

  private func stepAside(_ error: StoreError) -> Bool {
    end(with: error)
    report(.steppedAside(error))
    return false
  }

  /// Frees the index, once the walks that are under way are done, and tells all who wait.
  private func end(with error: StoreError) {
    let waiters = state.withLock { state in
      state.index = nil
      return state.follow.fail(error)
    }
    for waiter in waiters { waiter.resume(returning: .failure(error)) }
  }
}
