import Audit
import Postgres
import PostgresStore
import Records
import Signer
import StemmaCrypto
import Store
import StoreFixtures
import TableAudit
import Testing

/// What the audit of tables reads out of them.
@Suite struct TableAuditTests {
  private func commit(_ records: [Record], to conninfo: String) async throws {
    let committer = GroupCommitter(
      ledger: PostgresLedger(conninfo: conninfo), signer: try TestSigner.make(),
      now: { Timestamp(microseconds: 1_700_000_000_000_000) }, random: { randomBytes($0) })
    _ = try await committer.commit(StoreFixtures.commit(records), deadline: .now + .seconds(30))
  }

  @Test func aPageOfOpeningsEndsBehindItsBytes() async throws {
    let conninfo = try await TestCluster.newDatabase()
    let text = String(repeating: "x", count: 900_000)
    let large = try (0..<9).map { number in
      try record(#"{"kind":"context","v":1,"parameters":{"n":\#(number),"text":"\#(text)"}}"#)
    }
    try await commit(large, to: conninfo)
    let worker = PostgresWorker(conninfo: conninfo, label: "t")
    let source = try await TableSource(worker)
    for (from, count) in [(0, 5), (5, 4), (8, 1), (9, 0)] {
      guard case .bytes(let page) = try await source.openings(from: Int64(from), limit: 100) else {
        Issue.record("no page")
        continue
      }
      #expect(page.count { $0 == UInt8(ascii: "\n") } == count)
    }
    await worker.close()
  }
}
