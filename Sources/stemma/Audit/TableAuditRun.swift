import Audit
import Postgres
import TableAudit
import TransparencyLog

/// `stemma audit --sql`: the same audit on the tables themselves, and what only they can show.
struct TableAuditRun {
  let conninfo: String

  func run(
    _ options: AuditOptions, folder: StateFolder,
    saving: (any AuditSource) throws -> any AuditSource
  ) async throws -> AuditReport {
    let worker = PostgresWorker(conninfo: conninfo, label: "stemma-audit")
    let source = try await TableSource(worker)
    let conninfo = conninfo
    let isCovered: @Sendable (Int64) async throws(AuditError) -> Bool = {
      (size) throws(AuditError) in try await Self.isCovered(size, conninfo)
    }
    var options = options
    options.isCovered = isCovered
    var report = try await Auditor(try saving(source), options, folder: folder).run()
    try await TableCheck(source).run(key: options.key, into: &report, isCovered: isCovered)
    await worker.close()
    return report
  }

  /// Whether a checkpoint of at least `size` entries is published, or is within two seconds.
  private static func isCovered(
    _ size: Int64, _ conninfo: String
  ) async throws(AuditError) -> Bool {
    let worker = PostgresWorker(conninfo: conninfo, label: "stemma-audit-wait")
    for _ in 0..<10 {
      let source = try await TableSource(worker)
      if case .bytes(let note) = try await source.checkpoint(),
        let signed = try? SignedNote(parsing: note),
        let checkpoint = try? Checkpoint(parsing: signed.text), checkpoint.size >= size
      {
        await worker.close()
        return true
      }
      await worker.close()
      try? await Task.sleep(for: .milliseconds(200))
    }
    return false
  }
}
