internal import Audit
internal import Postgres
internal import StemmaCrypto
internal import TransparencyLog

/// Holds the rows of `log_tile` against each other and against the number of records: exactly the full
/// tiles of the tree, each with the root of its hashes. That the hashes are right, the audit shows.
struct TileCheck {
  let source: TableSource

  func run(size: Int64) async throws(AuditError) -> [Finding] {
    var findings: [Finding] = []
    for level in 0...63 {
      let shift = Int64(8 * (level + 1))
      let full = shift < 63 ? size >> shift : 0
      findings += try await check(level: level, full: full)
    }
    return findings
  }

  private func check(level: Int, full: Int64) async throws(AuditError) -> [Finding] {
    try await source.read { (connection, deadline) throws(PostgresError) in
      var findings: [Finding] = []
      var next: Int64 = 0
      while true {
        var parameters = Parameters()
        parameters.append(Int16(level))
        parameters.append(next)
        let rows = try connection.execute(TableSQL.tiles, parameters, deadline: deadline)
        guard rows.count > 0 else { break }
        for row in 0..<rows.count {
          let number = try rows.int64(row, 0)
          if number >= full {
            findings.append(
              Finding(.log, "log_tile has a tile \(level)/\(number), the tree has not"))
          }
          let root = Self.root(of: try rows.bytes(row, 1))
          if try root?.bytes != rows.bytes(row, 2) {
            findings.append(
              Finding(
                Self.place(level, number), "the root beside tile \(level)/\(number) is not its root"
              ))
          }
          next = number + 1
        }
      }
      return findings
    }
  }

  /// The entries under a tile.
  private static func place(_ level: Int, _ number: Int64) -> Finding.Place {
    let shift = Int64(8 * (level + 1))
    guard shift < 63, number < Int64.max >> shift else { return .log }
    return .within(number << shift..<(number + 1) << shift)
  }

  private static func root(of bytes: [UInt8]) -> Digest? {
    var row = stride(from: 0, to: bytes.count, by: Digest.byteCount).compactMap {
      Digest(bytes: bytes[$0..<min($0 + Digest.byteCount, bytes.count)])
    }
    guard row.count == Tile.fullWidth else { return nil }
    while row.count > 1 {
      row = stride(from: 0, to: row.count, by: 2).map { TreeHash.node(row[$0], row[$0 + 1]) }
    }
    return row[0]
  }
}
