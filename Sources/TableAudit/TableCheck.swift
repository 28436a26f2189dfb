package import Audit
internal import Postgres
internal import StemmaCrypto
package import TransparencyLog

/// What only the tables can show: that nothing is in them beside the log, and nothing of it missing.
package struct TableCheck: Sendable {
  private let source: TableSource

  package init(_ source: TableSource) { self.source = source }

  /// Everything that is wrong in the snapshot of the source.
  ///
  /// - Parameter isCovered: asked outside of the snapshot whether a checkpoint of that many entries is
  ///   published by now: a commit may have been under way.
  package func run(
    key: VerifierKey, isCovered: @Sendable (Int64) async throws(AuditError) -> Bool
  ) async throws(AuditError) -> [Finding] {
    var findings = try await checkIdentity(key)
    let head = try await head()
    let end = max(head.last + 1, head.count)
    if head.next != head.count || head.last + 1 != head.count {
      findings.append(
        Finding(
          .index(min(head.next, head.count, head.last + 1)),
          "head says \(head.next) records, there are \(head.count), the last one is \(head.last)"))
    }
    if !head.isTimeGood {
      findings.append(Finding(.log, "head's time is before that of the last record"))
    }
    if head.published > end {
      findings.append(
        Finding(.within(end..<head.published), "records under the checkpoint are missing"))
    } else if head.published < end {
      let covered = try await isCovered(end)
      if !covered {
        findings.append(
          Finding(
            .index(head.published), "no signed checkpoint covers the records from here on"))
      }
    }
    if head.size != head.published {
      findings.append(Finding(.log, "log_published says another size than its checkpoint"))
    }
    findings += try await LookupCheck(source: source).run(below: end)
    findings += try await EdgeCheck(source: source).run(published: head.published)
    findings += try await TileCheck(source: source).run(size: end)
    return findings + (try await checkContentErasures())
  }

  private struct Head {
    let next: Int64
    let count: Int64
    let last: Int64
    let isTimeGood: Bool
    /// By its column, and by its note.
    let size: Int64
    let published: Int64
  }

  private func head() async throws(AuditError) -> Head {
    try await source.read { (connection, deadline) throws(PostgresError) in
      let rows = try connection.execute(TableSQL.head, deadline: deadline)
      let published = try connection.execute(TableSQL.published, deadline: deadline)
      guard rows.count == 1, published.count == 1 else {
        return Head(next: 0, count: 0, last: -1, isTimeGood: false, size: 0, published: 0)
      }
      let size = try published.int64(0, 0)
      let note = try? SignedNote(parsing: try published.bytes(0, 1))
      return Head(
        next: try rows.int64(0, 0), count: try rows.int64(0, 1), last: try rows.int64(0, 2),
        isTimeGood: try rows.bool(0, 3), size: size,
        published: note.flatMap { try? Checkpoint(parsing: $0.text) }?.size ?? size)
    }
  }

  private func checkIdentity(_ key: VerifierKey) async throws(AuditError) -> [Finding] {
    try await source.read { (connection, deadline) throws(PostgresError) in
      let rows = try connection.execute(TableSQL.identity, deadline: deadline)
      guard rows.count == 1, try rows.bytes(0, 0) == Array(key.description.utf8) else {
        return [Finding(.log, "log_identity does not name this log")]
      }
      return []
    }
  }

  private func checkContentErasures() async throws(AuditError) -> [Finding] {
    try await source.read { (connection, deadline) throws(PostgresError) in
      let rows = try connection.execute(TableSQL.contentErasures, deadline: deadline)
      var findings: [Finding] = []
      for row in 0..<rows.count {
        findings.append(
          Finding(
            .index(try rows.int64(row, 0)), "content is marked as erased by it; it erases none"))
      }
      return findings
    }
  }
}
