import Lineage
import LineageIndex
import Store
import StoreFixtures
import Synchronization

/// A feed that a test lets grow and fail, and that knows how it was read.
final class TestFeed: LineageFeed {
  struct State {
    var published: Int64 = 0
    var error: StoreError?
    /// Given instead of what is there.
    var block: EdgeBlock?
    var reads = 0
    var readers = 0
    var mostReaders = 0
  }

  let graph: MemoryLineage
  let state = Mutex(State())

  init(_ graph: MemoryLineage) { self.graph = graph }

  func publish(_ size: Int) { state.withLock { $0.published = Int64(size) } }

  func published() -> Int64 { state.withLock { $0.published } }

  func block(
    from index: Int64, below size: Int64, limit: Int
  ) async throws(StoreError) -> EdgeBlock {
    let (error, block) = state.withLock { state in
      state.reads += 1
      state.readers += 1
      state.mostReaders = max(state.mostReaders, state.readers)
      return (state.error, state.block)
    }
    defer { state.withLock { $0.readers -= 1 } }
    try? await Task.sleep(for: .milliseconds(5))
    if let error { throw error }
    if let block { return block }
    // Small blocks: those who wait are not told before the last one that they need.
    return try await graph.block(from: index, below: size, limit: min(limit, 30))
  }
}

/// What an index reported.
final class Reports: Sendable {
  private let said = Mutex<[String]>([])

  var all: [String] { said.withLock { $0 } }

  func add(_ event: IndexedLineage.Event) {
    let text =
      switch event {
      case .loaded(let size, _): "loaded \(size.records)"
      case .feedFailed(let error): "feed failed: \(error.code.name)"
      case .steppedAside(let error): "stepped aside: \(error.code.name)"
      }
    said.withLock { $0.append(text) }
  }
}
