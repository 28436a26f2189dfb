internal import Audit
internal import Postgres
internal import Records

/// Holds what look-ups rely on against what records say: the columns beside a body, `claim`, `event`.
///
/// None of it is in the log: a record that cannot be found, or a name that points elsewhere, would pass
/// every other check.
struct LookupCheck {
  let source: TableSource

  /// Indices whose claims and events are in memory at once. Neither table has an index by index.
  private static let span: Int64 = 20_000

  /// Checks the rows below `count`.
  func run(below count: Int64) async throws(AuditError) -> [Finding] {
    var findings: [Finding] = []
    for start in stride(from: 0, to: max(count, 1), by: Int(Self.span)) {
      // The last span reaches on: rows of records that are not there are findings too.
      let end = start + Self.span < count ? start + Self.span : Int64.max
      findings += try await check(start..<end, below: count)
    }
    return findings
  }

  private func check(
    _ span: Range<Int64>, below count: Int64
  ) async throws(AuditError) -> [Finding] {
    let source = source
    return try await source.read { (connection, deadline) throws(PostgresError) in
      var findings: [Finding] = []
      var (claims, events) = (Set<LookupRow.ClaimRow>(), Set<LookupRow.EventRow>())
      let claimRows = try connection.execute(
        TableSQL.claims, Self.parameters(span), deadline: deadline)
      for row in 0..<claimRows.count {
        claims.insert(
          .init(
            index: try claimRows.int64(row, 0), namespace: try claimRows.int32(row, 1),
            claim: try claimRows.bytes(row, 2)))
      }
      let eventRows = try connection.execute(
        TableSQL.events, Self.parameters(span), deadline: deadline)
      for row in 0..<eventRows.count {
        events.insert(
          .init(
            index: try eventRows.int64(row, 0), namespace: try eventRows.int32(row, 1),
            kind: try eventRows.int16(row, 2), subject: try eventRows.bytes(row, 3),
            previous: try eventRows.int64(row, 4)))
      }
      var next = span.lowerBound
      while true {
        var page = Parameters()
        page.append(next)
        page.append(TableSource.pageRows)
        page.append(TableSource.pageBytes)
        page.append(min(span.upperBound, count))
        let rows = try connection.execute(TableSQL.lookups, page, deadline: deadline)
        guard rows.count > 0 else { break }
        for row in 0..<rows.count {
          let wanted = try LookupRow(rows, row)
          next = wanted.index + 1
          findings += wanted.problems.map {
            Finding(.index(wanted.index), "\($0) is not what the record says")
          }
          for claim in wanted.claims where claims.remove(claim) == nil {
            findings.append(Finding(.index(wanted.index), "its row in claim is missing or altered"))
          }
          for event in wanted.events where events.remove(event) == nil {
            findings.append(Finding(.index(wanted.index), "its row in event is missing or altered"))
          }
          if wanted.isErased { claims = claims.filter { $0.index != wanted.index } }
        }
      }
      findings += claims.map { Finding(.index($0.index), "a row in claim that no record makes") }
      findings += events.map { Finding(.index($0.index), "a row in event that no record makes") }
      return findings
    }
  }

  private static func parameters(_ range: Range<Int64>) -> Parameters {
    var parameters = Parameters()
    parameters.append(range.lowerBound)
    parameters.append(range.upperBound)
    return parameters
  }
}
