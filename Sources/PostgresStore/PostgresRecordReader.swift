package import Postgres
import Records
package import StemmaCrypto
package import Store

/// Reads of records and names on PostgreSQL.
package struct PostgresRecordReader: RecordReader {
  private let pool: PostgresPool
  private let deadline: Duration

  /// A page ends when its bodies reach this many bytes.
  private static let pageBytes: Int64 = 8 << 20

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
    return try await one(ReadSQL.record, parameters)
  }

  package func records(
    _ filter: RecordFilter, in namespace: Namespace
  ) async throws(StoreError) -> Page<StoredRecord> {
    var parameters = Parameters()
    parameters.append(namespace.name)
    parameters.append((filter.kind.map { [$0] } ?? Kind.allCases).map(\.rawValue))
    let prefix = filter.prefix
    for condition in [
      filter.key, filter.content?.bytes, filter.execution?.bytes, prefix?.lowest, prefix?.highest,
    ] {
      if let condition { parameters.append(condition) } else { parameters.appendNull() }
    }
    if let who = filter.principal { parameters.append(who) } else { parameters.appendNull() }
    let indices = filter.unread
    parameters.append(indices.lowerBound)
    parameters.append(indices.upperBound)
    parameters.append(Int64(filter.limit + 1))
    let narrowest: String? =
      filter.key != nil
      ? "key"
      : filter.prefix != nil
        ? "digest"
        : filter.execution != nil ? "execution" : filter.content != nil ? "content" : nil
    let statement =
      narrowest.map { ReadSQL.records(by: $0, isDescending: filter.isDescending) }
      ?? ReadSQL.records(isDescending: filter.isDescending)
    return try await page(statement, parameters, filter.limit)
  }

  package func name(
    _ name: String, at: Int64?, in namespace: Namespace
  ) async throws(StoreError) -> StoredRecord? {
    var parameters = Parameters()
    parameters.append(namespace.name)
    parameters.append(Array(name.utf8))
    parameters.append(at ?? .max)
    return try await one(ReadSQL.name, parameters)
  }

  package func names(
    prefix: String, at: Int64?, after: String?, limit: Int, in namespace: Namespace
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
    parameters.append(at ?? .max)
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
    var parameters = parameters
    parameters.append(Self.pageBytes)
    return try await pool.query(statement, parameters, within: deadline) {
      (rows) throws(PostgresError) in
      let items = try (0..<min(rows.count, limit)).map { (row) throws(PostgresError) in
        try StoredRecord(rows, row)
      }
      // One row more than the limit was asked for, to know whether there is one.
      let found = rows.count == 0 ? 0 : try rows.int64(0, 8)
      return Page(items: items, hasMore: found > items.count)
    }
  }

  /// The record of a statement that finds one at the most.
  private func one(
    _ statement: Statement, _ parameters: Parameters
  ) async throws(StoreError) -> StoredRecord? {
    try await pool.query(statement, parameters, within: deadline) { (rows) throws(PostgresError) in
      rows.count == 0 ? nil : try StoredRecord(rows, 0)
    }
  }
}

extension StoredRecord {
  /// Bytes that do not hash to their name are never served, whoever altered them, nor a row that has
  /// lost them without an erasure that says why.
  fileprivate init(_ rows: Rows, _ row: Int) throws(PostgresError) {
    let index = try rows.int64(row, 0)
    guard let kind = Kind(rawValue: try rows.int16(row, 1)),
      let digest = Digest(bytes: try rows.bytes(row, 2)),
      let time = try rows.unixMicroseconds(row, 3)
    else { throw PostgresError(.decoding, "record \(index) cannot be read") }
    let body = try rows.optionalBytes(row, 4)
    if let body {
      guard SHA256.digest(of: body) == digest else {
        throw PostgresError(.decoding, "the body of record \(index) does not match its digest")
      }
    } else if try !rows.bool(row, 6) {
      throw PostgresError(.decoding, "record \(index) has no body and no erasure that says why")
    }
    self.init(
      index: index, kind: kind, digest: digest, principal: try rows.text(row, 7),
      committedAt: Timestamp(microseconds: time), body: body ?? [], isErased: body == nil,
      erasure: try rows.optionalBytes(row, 5).flatMap { Digest(bytes: $0) })
  }
}

extension RecordFilter {
  /// The indices of a page that is still to be read.
  fileprivate var unread: Range<Int64> {
    guard let after else { return indices }
    return isDescending
      ? indices.clamped(to: 0..<max(0, after))
      : indices.clamped(to: (after < .max ? after + 1 : .max)..<Int64.max)
  }
}
