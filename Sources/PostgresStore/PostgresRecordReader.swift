package import Postgres
import Records
package import StemmaCrypto
package import Store

/// Reads of records and names on PostgreSQL.
package struct PostgresRecordReader: RecordReader {
  private let pool: PostgresPool
  private let deadline: Duration

  package init(pool: PostgresPool, deadline: Duration = .seconds(15)) {
    self.pool = pool
    self.deadline = deadline
  }

  package func record(
    _ digest: Digest, in namespace: Namespace
  ) async throws(StoreError) -> StoredRecord? {
    var parameters = Parameters()
    parameters.append(namespace.name)
    parameters.append(digest.bytes)
    return try await read(ReadSQL.record, parameters).first
  }

  package func records(
    _ filter: RecordFilter, in namespace: Namespace
  ) async throws(StoreError) -> Page<StoredRecord> {
    var parameters = Parameters()
    parameters.append(namespace.name)
    parameters.append((filter.kind.map { [$0] } ?? Kind.allCases).map(\.rawValue))
    for condition in [filter.key, filter.content?.bytes, filter.execution?.bytes] {
      if let condition { parameters.append(condition) } else { parameters.appendNull() }
    }
    parameters.append(filter.after)
    parameters.append(Int64(filter.limit + 1))
    let statement =
      filter.key != nil
      ? ReadSQL.records(by: "key")
      : filter.execution != nil
        ? ReadSQL.records(by: "execution")
        : filter.content != nil ? ReadSQL.records(by: "content") : ReadSQL.records
    let found = try await read(statement, parameters)
    var bytes = 0
    let fitting = found.prefix(filter.limit).prefix { record in
      defer { bytes += record.body.count }
      return bytes < filter.maximumBytes
    }
    return Page(items: Array(fitting), hasMore: fitting.count < found.count)
  }

  package func name(
    _ name: String, at: Int64?, in namespace: Namespace
  ) async throws(StoreError) -> StoredRecord? {
    var parameters = Parameters()
    parameters.append(namespace.name)
    parameters.append(Array(name.utf8))
    parameters.append(at ?? .max)
    return try await read(ReadSQL.name, parameters).first
  }

  package func names(
    prefix: String, after: String?, limit: Int, in namespace: Namespace
  ) async throws(StoreError) -> Page<StoredRecord> {
    var parameters = Parameters()
    parameters.append(namespace.name)
    parameters.append(Array(prefix.utf8))
    if let end = Self.endOfPrefix(Array(prefix.utf8)) {
      parameters.append(end)
    } else {
      parameters.appendNull()
    }
    if let after { parameters.append(Array(after.utf8)) } else { parameters.appendNull() }
    parameters.append(Int64(limit + 1))
    return try await page(ReadSQL.names, parameters, limit)
  }

  package func history(
    of name: String, after: Int64, limit: Int, in namespace: Namespace
  ) async throws(StoreError) -> Page<StoredRecord> {
    var parameters = Parameters()
    parameters.append(namespace.name)
    parameters.append(Array(name.utf8))
    parameters.append(after)
    parameters.append(Int64(limit + 1))
    return try await page(ReadSQL.history, parameters, limit)
  }

  /// The smallest bytes that are greater than everything that begins with `prefix`; nil where
  /// there are none.
  private static func endOfPrefix(_ prefix: [UInt8]) -> [UInt8]? {
    var end = prefix
    while let last = end.popLast() {
      if last < 0xFF { return end + [last + 1] }
    }
    return nil
  }

  private func page(
    _ statement: Statement, _ parameters: Parameters, _ limit: Int
  ) async throws(StoreError) -> Page<StoredRecord> {
    let found = try await read(statement, parameters)
    return Page(items: Array(found.prefix(limit)), hasMore: found.count > limit)
  }

  private func read(
    _ statement: Statement, _ parameters: Parameters
  ) async throws(StoreError) -> [StoredRecord] {
    let deadline = Deadline.in(deadline)
    return try await translated { () async throws(PostgresError) in
      try await pool.withConnection(deadline: deadline) {
        (connection) throws(PostgresError) in
        let rows = try connection.execute(statement, parameters, deadline: deadline)
        var records: [StoredRecord] = []
        records.reserveCapacity(rows.count)
        for row in 0..<rows.count { records.append(try StoredRecord(rows, row)) }
        return records
      }
    }
  }
}

extension StoredRecord {
  fileprivate init(_ rows: Rows, _ row: Int) throws(PostgresError) {
    guard let kind = Kind(rawValue: try rows.int16(row, 1)),
      let digest = Digest(bytes: try rows.bytes(row, 2)),
      let time = try rows.unixMicroseconds(row, 3)
    else { throw PostgresError(.decoding, "a record row that this program cannot read") }
    let body = try rows.optionalBytes(row, 4)
    self.init(
      index: try rows.int64(row, 0), kind: kind, digest: digest,
      committedAt: Timestamp(microseconds: time), body: body ?? [], isErased: body == nil,
      erasure: try rows.optionalBytes(row, 5).flatMap { Digest(bytes: $0) })
  }
}
