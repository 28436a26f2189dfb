internal import Dispatch

/// One connection on a thread of its own: libpq waits there, never on Swift's shared threads.
///
/// Connects when first used and again after a loss. Bodies run one after another.
package actor PostgresWorker {
  private let conninfo: String
  private let session: String
  private let executor: SerialQueueExecutor
  private var connection: PostgresConnection?
  /// Counts connections: whoever remembers what one told it must forget when this moves.
  private var generation = 0

  /// - Parameter session: SQL that each new connection runs first: settings that it keeps.
  package init(conninfo: String, label: String, session: String = "") {
    self.conninfo = conninfo
    self.session = session
    executor = SerialQueueExecutor(label: label)
  }

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  /// How a body stands to a transaction that outlives one call. A worker that is used so must belong
  /// to the caller alone (a lease).
  package enum TransactionScope: Sendable {
    /// What an earlier call left open is rolled back first, what this one leaves open after it.
    case none
    /// Leaves its transaction open.
    case opens
    /// Goes on with the open transaction, and leaves it open unless it ends it or fails.
    case continues
  }

  /// Lends the connection to `body`. Runs to its end even if the caller is cancelled.
  ///
  /// - Throws: what `body` throws, or why there is no connection. `.connectionLost` where a
  ///   transaction should go on and went with its connection.
  package func run<Value: Sendable>(
    deadline: Deadline, transaction: TransactionScope = .none,
    _ body: @Sendable (inout PostgresConnection, _ generation: Int) throws(PostgresError) -> Value
  ) throws(PostgresError) -> Value {
    var lent = try take(deadline, transaction)
    do throws(PostgresError) {
      let value = try body(&lent, generation)
      giveBack(lent, keepsTransaction: transaction != .none)
      return value
    } catch {
      giveBack(lent, keepsTransaction: false)
      throw error
    }
  }

  package func close() { connection = nil }

  private func take(
    _ deadline: Deadline, _ transaction: TransactionScope
  ) throws(PostgresError) -> PostgresConnection {
    if let idle = connection.take(), idle.isUsable {
      if idle.isInTransaction == (transaction == .continues) { return idle }
      // An abandoned transaction: gone with its connection.
    }
    guard transaction != .continues else {
      throw PostgresError(.connectionLost, "the transaction was lost with its connection")
    }
    var fresh = try PostgresConnection(to: conninfo, deadline: deadline)
    if !session.isEmpty { try fresh.run(session, deadline: deadline) }
    generation += 1
    return fresh
  }

  private func giveBack(_ lent: consuming PostgresConnection, keepsTransaction: Bool) {
    guard lent.isUsable else { return }
    if lent.isInTransaction, !keepsTransaction {
      // A body that failed in the middle: its work must not meet the next one's.
      guard (try? lent.run("ROLLBACK", deadline: .in(.seconds(5)))) != nil else { return }
    }
    connection = consume lent
  }
}

/// A serial queue as an actor's executor.
final class SerialQueueExecutor: SerialExecutor {
  private let queue: DispatchQueue

  init(label: String) { queue = DispatchQueue(label: label) }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }
}
