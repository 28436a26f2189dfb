internal import Audit
internal import Postgres
internal import StemmaCrypto

/// Holds the bytes of content against its digest and size, chunk by chunk.
///
/// What nobody can tell: content that was deleted with all that belongs to it, from content that nobody ever
/// brought. A record names its content, and does not say that it was here.
struct ContentCheck {
  let source: TableSource

  /// Rows that are read at once: in the row a server puts 64 KiB at the most.
  private static let pageRows: Int64 = 32
  /// Chunks that are read at once: of 256 KiB each, where a server wrote them.
  private static let pageChunks: Int64 = 16

  func run(into report: inout AuditReport) async throws(AuditError) {
    var last: (namespace: Int32, digest: [UInt8])? = (.min, [])
    while let key = last {
      let page = try await rows(behind: key.namespace, key.digest)
      for row in page {
        if let problem = try await problem(of: row) {
          report.add([Finding(row.namedBy.map { .index($0) } ?? .log, "\(row.title) \(problem)")])
        } else {
          report.content?.bytes += row.size
        }
        report.content?.checked += 1
      }
      last = page.last.map { ($0.namespace, $0.digest) }
    }
    report.add(try await uploads(TableSQL.orphans) { "has \($0) chunks, and no content has them" })
    report.add(try await uploads(TableSQL.shared) { "is that of \($0) contents" })
    report.content?.absent = try await source.read { (connection, deadline) throws(PostgresError) in
      try connection.execute(TableSQL.absent, deadline: deadline).int64(0, 0)
    }
  }

  /// What is wrong with the content of a row; nil where it is what its digest says.
  private func problem(of row: ContentRow) async throws(AuditError) -> String? {
    guard row.name != nil else { return "belongs to no namespace" }
    var hasher = SHA256Hasher()
    switch row.place {
    case .nowhere:
      return "has no bytes, or more than a row of content holds"
    case .inline(let frame):
      guard let bytes = frame.unpacked(size: row.size) else {
        return "does not unpack to \(row.size) bytes"
      }
      hasher.update(bytes.span)
    case .chunks(let upload, let size):
      var (left, next) = (row.size, Int32(0))
      while true {
        let page = try await chunks(of: upload, from: next)
        for chunk in page {
          guard chunk.position == next, left > 0 else {
            return left > 0 ? "has no chunk \(next)" : "has more chunks than its \(row.size) bytes"
          }
          guard let bytes = chunk.frame?.unpacked(size: min(left, size)) else {
            return "has a chunk \(next) that does not unpack to \(min(left, size)) bytes"
          }
          hasher.update(bytes.span)
          left -= Int64(bytes.count)
          next += 1
        }
        if page.isEmpty { break }
      }
      guard left == 0 else { return "has no chunk \(next)" }
    }
    let digest = hasher.finalize()
    return digest.bytes == row.digest ? nil : "has bytes that hash to \(digest)"
  }

  private func rows(
    behind namespace: Int32, _ digest: [UInt8]
  ) async throws(AuditError) -> [ContentRow] {
    try await source.read { (connection, deadline) throws(PostgresError) in
      var page = Parameters()
      page.append(namespace)
      page.append(digest)
      page.append(Self.pageRows)
      page.append(Int32(Frame.limit))
      let rows = try connection.execute(TableSQL.contents, page, deadline: deadline)
      var content: [ContentRow] = []
      for row in 0..<rows.count { content.append(try ContentRow(rows, row)) }
      return content
    }
  }

  private func chunks(
    of upload: Int64, from position: Int32
  ) async throws(AuditError) -> [(position: Int32, frame: Frame?)] {
    try await source.read { (connection, deadline) throws(PostgresError) in
      var page = Parameters()
      page.append(upload)
      // Below 0 there is none, where a server wrote them.
      page.append(position == 0 ? .min : position)
      page.append(Self.pageChunks)
      page.append(Int32(Frame.limit))
      let rows = try connection.execute(TableSQL.chunks, page, deadline: deadline)
      var chunks: [(position: Int32, frame: Frame?)] = []
      for row in 0..<rows.count {
        chunks.append((try rows.int32(row, 0), try Frame(rows, row, codec: 1)))
      }
      return chunks
    }
  }

  /// Findings about uploads that a statement gives, each with a number.
  private func uploads(
    _ statement: Statement, _ message: @Sendable (Int64) -> String
  ) async throws(AuditError) -> [Finding] {
    try await source.read { (connection, deadline) throws(PostgresError) in
      let rows = try connection.execute(statement, deadline: deadline)
      var findings: [Finding] = []
      for row in 0..<rows.count {
        let (upload, count) = (try rows.int64(row, 0), try rows.int64(row, 1))
        findings.append(Finding(.log, "upload \(upload) \(message(count))"))
      }
      return findings
    }
  }
}

extension ContentRow {
  /// For people.
  fileprivate var title: String {
    let name = Digest(bytes: digest)?.description ?? "with a digest of \(digest.count) bytes"
    return "content \(name) of \(self.name ?? "namespace number \(namespace)")"
  }
}
