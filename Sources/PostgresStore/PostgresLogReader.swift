package import Postgres
import Records
package import StemmaCrypto
package import Store
package import TransparencyLog

/// Reads of the log on PostgreSQL.
package struct PostgresLogReader: LogReader {
  private let pool: PostgresPool
  private let deadline: Duration

  package init(pool: PostgresPool, deadline: Duration = .seconds(15)) {
    self.pool = pool
    self.deadline = deadline
  }

  package func published() async throws(StoreError) -> SignedCheckpoint {
    try await pool.run(within: deadline) { (connection, deadline) throws(PostgresError) in
      let rows = try connection.execute(LogSQL.published, deadline: deadline)
      guard rows.count == 1 else { throw PostgresError(.decoding, "log_published is empty") }
      return SignedCheckpoint(size: try rows.int64(0, 0), note: try rows.bytes(0, 1))
    }
  }

  package func hashes(of tile: Tile) async throws(StoreError) -> [Digest] {
    try await pool.run(within: deadline) { (connection, deadline) throws(PostgresError) in
      var parameters = Parameters()
      parameters.append(Int16(tile.level))
      parameters.append(tile.number)
      let rows = try connection.execute(LogSQL.tile, parameters, deadline: deadline)
      guard rows.count == 1 else {
        let start = tile.number * Int64(Tile.fullWidth)
        return try TileEdge.hashes(
          level: tile.level, start..<start + Int64(tile.width), from: &connection, deadline)
      }
      let bytes = try rows.bytes(0, 0)
      return stride(from: 0, to: tile.width * Digest.byteCount, by: Digest.byteCount).compactMap {
        Digest(bytes: bytes[$0..<$0 + Digest.byteCount])
      }
    }
  }

  package func entries(_ range: Range<Int64>) async throws(StoreError) -> [[UInt8]] {
    try await pool.run(within: deadline) { (connection, deadline) throws(PostgresError) in
      var parameters = Parameters()
      parameters.append(range.lowerBound)
      parameters.append(range.upperBound)
      let rows = try connection.execute(LogSQL.commitments, parameters, deadline: deadline)
      var entries: [[UInt8]] = []
      for row in 0..<rows.count { entries.append(try rows.bytes(row, 0)) }
      return entries
    }
  }

  package func opening(
    of digest: Digest, in namespace: Namespace
  ) async throws(StoreError) -> EntryOpening? {
    try await pool.run(within: deadline) { (connection, deadline) throws(PostgresError) in
      var parameters = Parameters()
      parameters.append(namespace.name)
      parameters.append(digest.bytes)
      let rows = try connection.execute(LogSQL.opening, parameters, deadline: deadline)
      return rows.count == 1 ? try EntryOpening(rows, 0) : nil
    }
  }

  package func openings(
    from index: Int64, limit: Int
  ) async throws(StoreError) -> [OpeningRow] {
    var parameters = Parameters()
    parameters.append(index)
    parameters.append(Int64(limit))
    return try await openings(LogSQL.openings, parameters)
  }

  package func openings(at indices: [Int64]) async throws(StoreError) -> [OpeningRow] {
    var parameters = Parameters()
    parameters.append(indices)
    return try await openings(LogSQL.openingsAt, parameters)
  }

  private func openings(
    _ statement: Statement, _ parameters: Parameters
  ) async throws(StoreError) -> [OpeningRow] {
    var parameters = parameters
    parameters.append(Self.pageBytes)
    let bound = parameters
    return try await pool.run(within: deadline) { (connection, deadline) throws(PostgresError) in
      let rows = try connection.execute(statement, bound, deadline: deadline)
      var openings: [OpeningRow] = []
      for row in 0..<rows.count {
        let index = try rows.int64(row, 0)
        do throws(PostgresError) {
          let opening = try EntryOpening(rows, row)
          openings.append(OpeningRow(index: index, opening: .success(opening)))
        } catch {
          openings.append(OpeningRow(index: index, opening: .failure(StoreError(error))))
        }
      }
      return openings
    }
  }

  /// A page of openings ends when its bodies (or what is kept for them) reach this many bytes.
  private static let pageBytes: Int64 = 4 << 20
}

extension EntryOpening {
  /// The columns of `LogSQL.opening`.
  fileprivate init(_ rows: Rows, _ row: Int) throws(PostgresError) {
    guard let commitment = Digest(bytes: try rows.bytes(row, 2)) else {
      throw PostgresError(.decoding, "an entry that is not 32 bytes")
    }
    let body = try rows.optionalBytes(row, 6)
    self.init(
      index: try rows.int64(row, 0), commitment: commitment,
      statement: try EntryStatement(rows, row, body: body), nonce: try rows.optionalBytes(row, 1),
      body: body, erasedBy: rows.isNull(row, 9) ? nil : try rows.int64(row, 9))
  }
}

extension EntryStatement {
  /// As it was kept where the body is gone; else made from the row.
  fileprivate init(_ rows: Rows, _ row: Int, body: [UInt8]?) throws(PostgresError) {
    guard let body else {
      let kept = try rows.bytes(row, 8)
      self = try readable { () throws(RecordErrors) in try EntryStatement(parsing: kept) }
      return
    }
    let references = try readable { () throws(RecordErrors) in
      try Record(canonical: body).references
    }
    let targets = try rows.int64s(row, 7)
    guard let kind = Kind(rawValue: try rows.int16(row, 3)),
      let time = try rows.unixMicroseconds(row, 5),
      let digest = Digest(bytes: try rows.bytes(row, 10)), targets.count == references.count
    else { throw PostgresError(.decoding, "its kind, time, digest or targets cannot be read") }
    self.init(
      namespace: try rows.text(row, 11), kind: kind, digest: digest,
      principal: try rows.text(row, 4), committedAt: Timestamp(microseconds: time).description,
      references: zip(references, targets).map {
        .init(member: $0.member, role: $0.role, target: $1)
      })
  }
}

private func readable<Value>(
  _ read: () throws(RecordErrors) -> Value
) throws(PostgresError) -> Value {
  do throws(RecordErrors) {
    return try read()
  } catch {
    throw PostgresError(.decoding, "not what was stored: \(error)")
  }
}
