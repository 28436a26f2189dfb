package import Audit
internal import Canonical
package import Postgres
internal import Records
internal import StemmaCrypto
package import TransparencyLog

/// The tables of a store as an audit reads them, without any server: all out of one snapshot.
package struct TableSource: AuditSource {
  private let worker: PostgresWorker

  /// - Parameter worker: whose connection belongs to this audit alone.
  /// - Throws: `.unavailable` where there is no such database.
  package init(_ worker: PostgresWorker) async throws(AuditError) {
    self.worker = worker
    try await read(transaction: .opens) { (connection, deadline) throws(PostgresError) in
      try connection.run("begin isolation level repeatable read read only", deadline: deadline)
    }
  }

  package func checkpoint() async throws(AuditError) -> Served {
    try await read { (connection, deadline) throws(PostgresError) in
      let rows = try connection.execute(TableSQL.published, deadline: deadline)
      guard rows.count == 1 else { return .absent("log_published is empty") }
      let note = try rows.bytes(0, 1)
      return note.isEmpty ? .absent("log_published has none") : .bytes(note)
    }
  }

  package func tile(_ tile: Tile) async throws(AuditError) -> Served {
    try await read { (connection, deadline) throws(PostgresError) in
      var place = Parameters()
      place.append(Int16(tile.level))
      place.append(tile.number)
      if tile.isFull {
        let rows = try connection.execute(TableSQL.tile, place, deadline: deadline)
        return rows.count == 1 ? .bytes(try rows.bytes(0, 0)) : .absent("log_tile has no such row")
      }
      // A partial tile is made of what lies below it: entries, or the roots of full tiles.
      let start = tile.number * Int64(Tile.fullWidth)
      var range = Parameters()
      if tile.level > 0 { range.append(Int16(tile.level - 1)) }
      range.append(start)
      range.append(start + Int64(tile.width))
      let rows = try connection.execute(
        tile.level > 0 ? TableSQL.tileRoots : TableSQL.commitments, range, deadline: deadline)
      guard rows.count == tile.width else {
        return .absent("\(rows.count) of its hashes are there")
      }
      var hashes: [UInt8] = []
      for row in 0..<rows.count {
        let bytes = try rows.bytes(row, 0)
        hashes += tile.level > 0 ? bytes : TreeHash.leaf(bytes).bytes
      }
      return .bytes(hashes)
    }
  }

  package func entries(_ bundle: EntryBundle) async throws(AuditError) -> Served {
    try await read { (connection, deadline) throws(PostgresError) in
      let start = bundle.number * Int64(Tile.fullWidth)
      var range = Parameters()
      range.append(start)
      range.append(start + Int64(bundle.width))
      let rows = try connection.execute(TableSQL.commitments, range, deadline: deadline)
      guard rows.count == bundle.width else {
        return .absent("\(rows.count) of its rows are there")
      }
      var entries: [[UInt8]] = []
      for row in 0..<rows.count { entries.append(try rows.bytes(row, 0)) }
      return .bytes(EntryBundle.encode(entries))
    }
  }

  /// Rows that are read at once, and bytes of bodies behind which a page ends: a record can have 1 MiB.
  static let pageRows: Int64 = 128
  static let pageBytes: Int64 = 4 << 20

  package func openings(from index: Int64, limit: Int) async throws(AuditError) -> Served {
    try await read { (connection, deadline) throws(PostgresError) in
      var page = Parameters()
      page.append(index)
      page.append(min(Int64(limit), Self.pageRows))
      page.append(Self.pageBytes)
      let rows = try connection.execute(TableSQL.openings, page, deadline: deadline)
      var lines: [UInt8] = []
      for row in 0..<rows.count {
        lines += try OpeningLine.make(rows, row)
        lines.append(UInt8(ascii: "\n"))
      }
      return .bytes(lines)
    }
  }

  /// Runs `body` in the snapshot.
  func read<Value: Sendable>(
    transaction: PostgresWorker.TransactionScope = .continues,
    _ body: @Sendable (inout PostgresConnection, Deadline) throws(PostgresError) -> Value
  ) async throws(AuditError) -> Value {
    let deadline = Deadline.in(.seconds(300))
    do throws(PostgresError) {
      return try await worker.run(deadline: deadline, transaction: transaction) {
        (connection, _) throws(PostgresError) in try body(&connection, deadline)
      }
    } catch {
      throw AuditError(.unavailable, "the database: \(error.message)")
    }
  }
}
