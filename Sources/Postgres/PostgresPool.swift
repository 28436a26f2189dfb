internal import Synchronization

/// A fixed number of workers and a bounded line in front of them.
package final class PostgresPool: Sendable {
  private typealias Waiter = CheckedContinuation<Result<Int, PostgresError>, Never>

  private let workers: [PostgresWorker]
  private let state: Mutex<PoolState<Waiter>>

  /// - Parameter session: SQL that each new connection runs first.
  package init(
    conninfo: String, workers count: Int, maximumWaiters: Int, label: String, session: String = ""
  ) {
    workers = (0..<count).map {
      PostgresWorker(conninfo: conninfo, label: "\(label)-\($0)", session: session)
    }
    state = Mutex(PoolState(workers: count, maximumWaiters: maximumWaiters))
  }

  /// Runs `body` on a free connection, and once more where the connection turns out to be lost: a
  /// server that was restarted is not the caller's trouble. So `body` must be safe to run twice.
  /// - Throws: `.poolExhausted` at once where the line is full, `.closed` after `close`.
  package func withConnection<Value: Sendable>(
    deadline: Deadline,
    _ body: @Sendable (inout PostgresConnection) throws(PostgresError) -> Value
  ) async throws(PostgresError) -> Value {
    let lease = try await lease()
    defer { lease.giveBack() }
    do throws(PostgresError) {
      return try await lease.run(deadline, body)
    } catch {
      guard error.code == .connectionLost else { throw error }
    }
    return try await lease.run(deadline, body)
  }

  /// One worker, for as long as the lease is kept. Must be given back, once.
  package struct Lease: Sendable {
    package let worker: PostgresWorker
    fileprivate let number: Int
    fileprivate let pool: PostgresPool

    package func giveBack() { pool.giveBack(number) }

    fileprivate func run<Value: Sendable>(
      _ deadline: Deadline,
      _ body: @Sendable (inout PostgresConnection) throws(PostgresError) -> Value
    ) async throws(PostgresError) -> Value {
      try await worker.run(deadline: deadline) {
        (connection, _) throws(PostgresError) in try body(&connection)
      }
    }
  }

  package func lease() async throws(PostgresError) -> Lease {
    let result: Result<Int, PostgresError> = await withCheckedContinuation { continuation in
      let answer: Result<Int, PostgresError>? = state.withLock { state in
        switch state.lease(continuation) {
        case .granted(let worker): .success(worker)
        case .waits: nil
        case .refused:
          .failure(PostgresError(.poolExhausted, "too many wait for a database connection"))
        case .closed: .failure(PostgresError(.closed, "the connection pool is closed"))
        }
      }
      if let answer { continuation.resume(returning: answer) }
    }
    let number = try result.get()
    return Lease(worker: workers[number], number: number, pool: self)
  }

  private func giveBack(_ worker: Int) {
    state.withLock { $0.giveBack(worker) }?.resume(returning: .success(worker))
  }

  package func close() async {
    for waiter in state.withLock({ $0.close() }) {
      waiter.resume(
        returning: .failure(PostgresError(.closed, "the connection pool is closed")))
    }
    for worker in workers { await worker.close() }
  }
}
