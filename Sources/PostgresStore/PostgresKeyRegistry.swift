package import Postgres
import StemmaCrypto
package import Store

/// API keys on PostgreSQL.
package struct PostgresKeyRegistry: KeyRegistry {
  private let pool: PostgresPool

  package init(pool: PostgresPool) { self.pool = pool }

  package func key(id: String) async throws(StoreError) -> StoredKey? {
    var parameters = Parameters()
    parameters.append(id)
    return try await pool.query(Self.find, parameters, within: Self.time) {
      (rows) throws(PostgresError) in
      guard rows.count == 1, let hash = Digest(bytes: try rows.bytes(0, 0)) else { return nil }
      return StoredKey(id: id, secretHash: hash, principal: try rows.text(0, 1))
    }
  }

  package func add(_ key: StoredKey, now: Timestamp) async throws(StoreError) {
    var parameters = Parameters()
    parameters.append(key.id)
    parameters.append(key.secretHash.bytes)
    parameters.append(key.principal)
    parameters.append(unixMicroseconds: now.microseconds)
    _ = try await pool.query(Self.insert, parameters, within: Self.time) {
      (rows) throws(PostgresError) in rows.count
    }
  }

  package func hasKeys() async throws(StoreError) -> Bool {
    try await pool.query(Self.any, Parameters(), within: Self.time) {
      (rows) throws(PostgresError) in
      try rows.bool(0, 0)
    }
  }

  private static let time = Duration.seconds(15)

  private static let find = Statement(
    "key_find", [.text],
    "select secret_hash, principal from api_key where id = $1 and revoked_at is null")

  private static let insert = Statement(
    "key_insert", [.text, .bytea, .text, .timestamptz],
    "insert into api_key (id, secret_hash, principal, created_at) values ($1, $2, $3, $4)")

  private static let any = Statement(
    "key_any", [], "select exists (select from api_key where revoked_at is null)")
}
