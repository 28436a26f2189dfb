internal import Dispatch
internal import Synchronization

/// Fills blocks on a thread of its own while the ones before them are used: reading takes no time of the judge's.
///
/// Two blocks exist, and change hands without being copied. One producer, one consumer.
final class ReadAhead<Block: Sendable>: Sendable {
  private struct State {
    var empty: [Block]
    var filled: [Result<Block, PayloadError>] = []
    var isCancelled = false
  }

  private let state: Mutex<State>
  private let emptied = DispatchSemaphore(value: 2)
  private let filled = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  private init(_ block: Block) { state = Mutex(State(empty: [block, block])) }

  /// Calls `use` for each number below `count`, in order, with a block that `fill` has filled for it.
  ///
  /// The first error, of either, ends it. On return the thread is done with everything it was given.
  static func run(
    _ count: Int, block: Block,
    fill: @escaping @Sendable (Int, inout Block) throws(PayloadError) -> Void,
    use: (Block) throws(PayloadError) -> Void
  ) throws(PayloadError) {
    let blocks = ReadAhead(block)
    DispatchQueue(label: "stemma.read-ahead").async { blocks.produce(count, fill) }
    defer {
      blocks.state.withLock { $0.isCancelled = true }
      blocks.emptied.signal()
      blocks.ended.wait()
    }
    for _ in 0..<count {
      blocks.filled.wait()
      guard let next = blocks.state.withLock({ $0.filled.popLast() }) else { return }
      let block = try next.get()
      try use(block)
      blocks.state.withLock { $0.empty.append(block) }
      blocks.emptied.signal()
    }
  }

  private func produce(
    _ count: Int, _ fill: (Int, inout Block) throws(PayloadError) -> Void
  ) {
    defer { ended.signal() }
    for number in 0..<count {
      emptied.wait()
      let next = state.withLock { $0.isCancelled ? nil : $0.empty.popLast() }
      guard var block = next else { return }
      let result: Result<Block, PayloadError>
      do throws(PayloadError) {
        try fill(number, &block)
        result = .success(block)
      } catch {
        result = .failure(error)
      }
      state.withLock { $0.filled.insert(result, at: 0) }
      filled.signal()
      if case .failure = result { return }
    }
  }
}
