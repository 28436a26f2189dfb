internal import Glibc
internal import Synchronization

/// Number of processors that are on line: how many threads hashing uses unless told otherwise.
package func processorCount() -> Int {
  max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
}

/// Does `work` for every element on up to `threads` threads and gives the results in element order.
///
/// Threads rather than tasks: the work blocks on the disk, and would starve the few threads that all
/// async code shares. The calling thread is one of them, and the call returns when all have ended.
/// Elements are begun in the given order, so the heaviest should come first. Each thread has one read
/// buffer, which bounds the memory. Neither results nor the error depend on the number of threads:
/// after a failure nothing new is begun, and of several failures the first in order is thrown.
func inParallel<Element: Sendable, Output: Sendable>(
  _ elements: [Element], threads: Int,
  _ work: @escaping @Sendable (Element, borrowing ReadBuffer) throws(FileDigestError) -> Output
) throws(FileDigestError) -> [Output] {
  let queue = WorkQueue(elements: elements, work: work)
  var helpers: [pthread_t] = []
  for _ in 1..<max(1, min(threads, elements.count)) {
    // Too few threads to be had is no reason to fail: those that there are do all the work.
    guard let helper = startThread({ queue.drain() }) else { break }
    helpers.append(helper)
  }
  queue.drain()
  for helper in helpers {
    let status = pthread_join(helper, nil)
    precondition(status == 0, "a thread of our own could not be joined")
  }
  return try queue.results()
}

private final class WorkQueue<Element: Sendable, Output: Sendable>: Sendable {
  typealias Work = @Sendable (Element, borrowing ReadBuffer) throws(FileDigestError) -> Output

  private struct State {
    var next = 0
    var outputs: [Output?]
    var failure: (index: Int, error: FileDigestError)?
  }

  private let elements: [Element]
  private let work: Work
  private let state: Mutex<State>

  init(elements: [Element], work: @escaping Work) {
    self.elements = elements
    self.work = work
    state = Mutex(State(outputs: Array(repeating: nil, count: elements.count)))
  }

  /// Works until nothing is left to begin.
  func drain() {
    let buffer = ReadBuffer()
    while let index = begin() {
      do throws(FileDigestError) {
        let output = try work(elements[index], buffer)
        state.withLock { $0.outputs[index] = output }
      } catch {
        state.withLock { state in
          if let first = state.failure, first.index < index { return }
          state.failure = (index, error)
        }
      }
    }
  }

  private func begin() -> Int? {
    state.withLock { state in
      guard state.failure == nil, state.next < elements.count else { return nil }
      defer { state.next += 1 }
      return state.next
    }
  }

  func results() throws(FileDigestError) -> [Output] {
    let (outputs, failure) = state.withLock { ($0.outputs, $0.failure) }
    if let failure { throw failure.error }
    return outputs.compactMap(\.self)
  }
}
