package import Postgres
import Records
package import StemmaCrypto
package import Store

/// Look-ups by index on PostgreSQL. Sees only what a signed checkpoint covers.
package struct PostgresRecordLookup: RecordLookup {
  private let pool: PostgresPool
  private let deadline: Duration

  /// Bodies of one look-up.
  private static let bodyBytes: Int64 = 8 << 20

  package init(pool: PostgresPool, deadline: Duration = .seconds(15)) {
    self.pool = pool
    self.deadline = deadline
  }

  package func records(
    at indices: [Int64], withBodies: Bool
  ) async throws(StoreError) -> [LocatedRecord] {
    guard !indices.isEmpty else { return [] }
    var parameters = Parameters()
    parameters.append(indices)
    if withBodies { parameters.append(Self.bodyBytes) }
    let statement = withBodies ? RecordLookupSQL.recordsWithBodies : RecordLookupSQL.records
    return try await pool.query(statement, parameters, within: deadline) {
      (rows) throws(PostgresError) in
      try (0..<rows.count).map { (row) throws(PostgresError) in try LocatedRecord(rows, row) }
    }
  }

  package func newestErasure() async throws(StoreError) -> Int64? {
    try await pool.query(RecordLookupSQL.newestErasure, Parameters(), within: deadline) {
      (rows) throws(PostgresError) in
      rows.count == 0 || rows.isNull(0, 0) ? nil : try rows.int64(0, 0)
    }
  }

  package func index(
    of digest: Digest, in namespaces: [Namespace], below size: Int64
  ) async throws(StoreError) -> Int64? {
    var parameters = Parameters()
    parameters.append(namespaces.map(\.name))
    parameters.append(digest.bytes)
    parameters.append(size)
    return try await pool.query(RecordLookupSQL.index, parameters, within: deadline) {
      (rows) throws(PostgresError) in
      rows.count == 0 ? nil : try rows.int64(0, 0)
    }
  }

  package func size(at time: Timestamp) async throws(StoreError) -> Int64 {
    var parameters = Parameters()
    parameters.append(unixMicroseconds: time.microseconds)
    return try await pool.query(RecordLookupSQL.sizeAtTime, parameters, within: deadline) {
      (rows) throws(PostgresError) in
      guard rows.count == 1 else {
        throw PostgresError(.decoding, "a record below the published size is not there")
      }
      return try rows.int64(0, 0)
    }
  }
}

extension LocatedRecord {
  /// As of every read: bytes that do not hash to their name are never served, nor a row that has lost them without an
  /// erasure.
  fileprivate init(_ rows: Rows, _ row: Int) throws(PostgresError) {
    let index = try rows.int64(row, 0)
    guard let kind = Kind(rawValue: try rows.int16(row, 2)),
      let digest = Digest(bytes: try rows.bytes(row, 3)),
      let time = try rows.unixMicroseconds(row, 5)
    else { throw PostgresError(.decoding, "record \(index) cannot be read") }
    let body = try rows.optionalBytes(row, 6)
    let isErased = try rows.bool(row, 7)
    if let body, SHA256.digest(of: body) != digest {
      throw PostgresError(.decoding, "the body of record \(index) does not match its digest")
    }
    if isErased, try rows.bool(row, 8) {
      throw PostgresError(.decoding, "record \(index) has no body and no erasure that says why")
    }
    self.init(
      index: index, namespace: try rows.text(row, 1), kind: kind, digest: digest,
      principal: try rows.text(row, 4), committedAt: Timestamp(microseconds: time), body: body,
      isErased: isErased)
  }
}
