package import Postgres
package import Store

/// Which log a database belongs to.
package struct PostgresLogIdentity: Sendable {
  private let pool: PostgresPool

  package init(pool: PostgresPool) { self.pool = pool }

  /// The verifier key of the log whose records are here, and whether there are any records.
  package func read() async throws(StoreError) -> (verifierKey: String?, hasRecords: Bool) {
    let deadline = Deadline.in(.seconds(20))
    return try await translated { () async throws(PostgresError) in
      try await pool.withConnection(deadline: deadline) { (connection) throws(PostgresError) in
        let rows = try connection.execute(LogSQL.identity, deadline: deadline)
        return (rows.isNull(0, 0) ? nil : try rows.text(0, 0), try rows.bool(0, 1))
      }
    }
  }

  /// Written once: a database that belongs to a log stays with it. Durable on return.
  package func set(_ verifierKey: String) async throws(StoreError) {
    let deadline = Deadline.in(.seconds(20))
    try await translated { () async throws(PostgresError) in
      try await pool.withConnection(deadline: deadline) { (connection) throws(PostgresError) in
        var parameters = Parameters()
        parameters.append(verifierKey)
        _ = try connection.execute(LogSQL.setIdentity, parameters, deadline: deadline)
      }
    }
  }
}
