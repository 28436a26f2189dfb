package import Postgres
package import Store

/// Which log a database belongs to.
package struct PostgresLogIdentity: Sendable {
  private let pool: PostgresPool

  private static let time = Duration.seconds(20)

  package init(pool: PostgresPool) { self.pool = pool }

  /// The verifier key of the log whose records are here, and whether there are any records.
  package func read() async throws(StoreError) -> (verifierKey: String?, hasRecords: Bool) {
    try await pool.query(LogSQL.identity, Parameters(), within: Self.time) {
      (rows) throws(PostgresError) in
      (rows.isNull(0, 0) ? nil : try rows.text(0, 0), try rows.bool(0, 1))
    }
  }

  /// Written once: a database that belongs to a log stays with it. Durable on return.
  package func set(_ verifierKey: String) async throws(StoreError) {
    var parameters = Parameters()
    parameters.append(verifierKey)
    _ = try await pool.query(LogSQL.setIdentity, parameters, within: Self.time) { $0.count }
  }
}
