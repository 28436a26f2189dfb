/// Which worker is free and who waits: a value without threads. Leases are workers' numbers.
struct PoolState<Waiter> {
  enum Lease {
    case granted(Int)
    case waits
    case refused
    case closed
  }

  private var idle: [Int]
  private var waiters: [Waiter] = []
  private let maximumWaiters: Int
  private(set) var isClosed = false

  init(workers: Int, maximumWaiters: Int) {
    idle = Array((0..<workers).reversed())
    self.maximumWaiters = maximumWaiters
  }

  var idleCount: Int { idle.count }
  var waitingCount: Int { waiters.count }

  /// A free worker, or a place in the line, kept by `waiter`.
  mutating func lease(_ waiter: @autoclosure () -> Waiter) -> Lease {
    if isClosed { return .closed }
    if let worker = idle.popLast() { return .granted(worker) }
    guard waiters.count < maximumWaiters else { return .refused }
    waiters.append(waiter())
    return .waits
  }

  /// Gives `worker` to the first in line, who is returned, or back to the idle ones.
  mutating func giveBack(_ worker: Int) -> Waiter? {
    guard waiters.isEmpty else { return waiters.removeFirst() }
    idle.append(worker)
    return nil
  }

  /// Refuses new leases; returns those that wait, to be told.
  mutating func close() -> [Waiter] {
    isClosed = true
    defer { waiters = [] }
    return waiters
  }
}
