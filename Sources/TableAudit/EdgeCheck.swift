internal import Audit
internal import Postgres

/// Holds the table of references, which walks read in place of the records, against the records' columns; what those
/// say is LookupCheck's.
struct EdgeCheck {
  let source: TableSource

  /// Records whose references are compared at once.
  private static let span: Int64 = 20_000

  /// - Parameter published: how many records there may be references of.
  func run(published: Int64) async throws(AuditError) -> [Finding] {
    guard let filled = try await filled() else {
      return [Finding(.log, "edge_fill is empty")]
    }
    guard (0...published).contains(filled) else {
      return [
        Finding(.log, "edge_fill says \(filled) records, \(published) are published")
      ]
    }
    var findings: [Finding] = []
    for start in stride(from: 0, to: filled, by: Int(Self.span)) {
      findings += try await children(
        TableSQL.alteredEdges, start, min(start + Self.span, filled),
        "its rows in edge are not what it refers to")
    }
    return findings
      + (try await children(
        TableSQL.strayEdges, filled, nil, "a row in edge of a record that is not filled in yet"))
  }

  private func filled() async throws(AuditError) -> Int64? {
    try await source.read { (connection, deadline) throws(PostgresError) in
      let rows = try connection.execute(TableSQL.edgeFill, deadline: deadline)
      return rows.count == 1 ? try rows.int64(0, 0) : nil
    }
  }

  /// A finding for each index that `statement` gives.
  private func children(
    _ statement: Statement, _ start: Int64, _ end: Int64?, _ what: String
  ) async throws(AuditError) -> [Finding] {
    try await source.read { (connection, deadline) throws(PostgresError) in
      var range = Parameters()
      range.append(start)
      if let end { range.append(end) }
      let rows = try connection.execute(statement, range, deadline: deadline)
      return try (0..<rows.count).map { (row) throws(PostgresError) in
        Finding(.index(try rows.int64(row, 0)), what)
      }
    }
  }
}
