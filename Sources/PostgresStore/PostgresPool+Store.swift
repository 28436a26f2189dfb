import Postgres
import Store

extension PostgresPool {
  /// Runs `body` on a connection, within `time` from now. What fails of the database is the store's failure.
  func run<Value: Sendable>(
    within time: Duration,
    _ body: @Sendable (inout PostgresConnection, Deadline) throws(PostgresError) -> Value
  ) async throws(StoreError) -> Value {
    let deadline = Deadline.in(time)
    return try await translated { () async throws(PostgresError) in
      try await withConnection(deadline: deadline) { (connection) throws(PostgresError) in
        try body(&connection, deadline)
      }
    }
  }

  /// Executes one statement, and reads its rows.
  func query<Value: Sendable>(
    _ statement: Statement, _ parameters: Parameters, within time: Duration,
    _ read: @Sendable (Rows) throws(PostgresError) -> Value
  ) async throws(StoreError) -> Value {
    try await run(within: time) { (connection, deadline) throws(PostgresError) in
      try read(try connection.execute(statement, parameters, deadline: deadline))
    }
  }
}
