internal import Audit
internal import Canonical
internal import Postgres

/// Holds the marks of destroyed content against the log, both ways: each mark is that of an erasure of just this
/// content, each erasure has its mark, and what is marked is gone.
///
/// A mark by hand would hide content that nobody erased, and one that is taken away lets it be brought back.
struct ErasureCheck {
  let source: TableSource

  private static let pageRows: Int64 = 128
  /// More than the body of an erasure can have: its reason is 4096 bytes at the most.
  private static let bodyLimit: Int32 = 64 << 10

  func run(into report: inout AuditReport) async throws(AuditError) {
    var last: (namespace: Int32, digest: [UInt8])? = (.min, [])
    while let key = last {
      let page = try await marks(behind: key.namespace, key.digest)
      report.add(page.findings)
      report.content?.erased += Int64(page.count)
      last = page.last
    }
    var next: Int64? = .min
    while let start = next {
      let page = try await erasures(from: start)
      report.add(page.findings)
      next = page.next
    }
  }

  private typealias MarkPage = (
    count: Int, last: (namespace: Int32, digest: [UInt8])?, findings: [Finding]
  )

  private func marks(
    behind namespace: Int32, _ digest: [UInt8]
  ) async throws(AuditError) -> MarkPage {
    try await source.read { (connection, deadline) throws(PostgresError) in
      var page = Parameters()
      page.append(namespace)
      page.append(digest)
      page.append(Self.pageRows)
      page.append(Self.bodyLimit)
      let rows = try connection.execute(TableSQL.marks, page, deadline: deadline)
      var read: MarkPage = (rows.count, nil, [])
      for row in 0..<rows.count {
        let key = (namespace: try rows.int32(row, 0), digest: try rows.bytes(row, 1))
        let index = try rows.int64(row, 2)
        let content = try Self.isOfContent(rows, row, 3) ? try rows.optionalBytes(row, 4) : nil
        if content != key.digest {
          read.findings.append(
            Finding(
              .index(index), "content is marked as erased by it, and it does not erase that content"
            ))
        }
        if try rows.bool(row, 5) {
          read.findings.append(
            Finding(.index(index), "content that is marked as erased by it is there"))
        }
        read.last = key
      }
      return read
    }
  }

  private func erasures(
    from index: Int64
  ) async throws(AuditError) -> (next: Int64?, findings: [Finding]) {
    try await source.read { (connection, deadline) throws(PostgresError) in
      var page = Parameters()
      page.append(index)
      page.append(Self.pageRows)
      page.append(Self.bodyLimit)
      let rows = try connection.execute(TableSQL.erasures, page, deadline: deadline)
      var read: (next: Int64?, findings: [Finding]) = (nil, [])
      for row in 0..<rows.count {
        let index = try rows.int64(row, 0)
        read.next = index + 1
        guard try Self.isOfContent(rows, row, 1) else { continue }
        // An earlier erasure of the same content keeps its mark; that the mark is right was checked there.
        let problem: String? =
          if try !rows.bool(row, 2) {
            "it erases content, and its subject's row names none"
          } else if rows.isNull(row, 3) {
            "the content that it erases is not marked as erased"
          } else if try rows.int64(row, 3) > index {
            "the content that it erases is marked as erased by a later record"
          } else {
            nil
          }
        if let problem { read.findings.append(Finding(.index(index), problem)) }
      }
      return read
    }
  }

  /// Whether a column holds the body of an erasure of content. That it is the body of its entry, the audit
  /// of the openings shows.
  private static func isOfContent(
    _ rows: Rows, _ row: Int, _ column: Int
  ) throws(PostgresError) -> Bool {
    guard let body = try rows.optionalBytes(row, column),
      let root = try? JSONDocument(parsing: body).root
    else { return false }
    return root["what"]?.isText("content") == true
  }
}
