import Postgres
import PostgresStore
import StemmaCrypto
import Store
import StoreFixtures
import Testing

/// A store that holds a random history, and what reads it.
struct LineageStore {
  let history: RandomHistory
  let conninfo: String
  let edges: PostgresEdges
  let lineage: PostgresLineage
  let pool: PostgresPool
  private let ledger: PostgresLedger
  private let committer: GroupCommitter

  init(
    seed: UInt64, records: Int, portion: FrontierExpansion.Portion = .init()
  ) async throws {
    history = try RandomHistory(seed: seed, records: records)
    conninfo = try await TestCluster.newDatabase()
    edges = PostgresEdges(conninfo: conninfo)
    lineage = PostgresLineage(
      conninfo: conninfo, filler: EdgeFiller(storage: edges), workers: 1, portion: portion)
    pool = PostgresPool(conninfo: conninfo, workers: 1, maximumWaiters: 10, label: "t")
    ledger = PostgresLedger(conninfo: conninfo)
    committer = GroupCommitter(
      ledger: ledger, signer: try TestSigner.make(),
      now: { Timestamp(microseconds: 1_700_000_000_000_000) }, random: { randomBytes($0) })
  }

  /// Commits what is to come of the history, `count` commits at the most.
  func commit(from first: Int = 0, _ count: Int = .max) async throws {
    for request in history.requests.dropFirst(first).prefix(count) {
      let outcome = try await committer.commit(request, deadline: .now + .seconds(60)).outcome
      guard case .stored = outcome else { throw StoreError(.corrupt, "refused: \(outcome)") }
    }
  }

  func close() async {
    await lineage.close()
    await edges.close()
    await ledger.close()
    await pool.close()
  }

  func run(_ sql: String) async throws {
    try await pool.withConnection(deadline: .in(.seconds(60))) {
      (connection) throws(PostgresError) in try connection.run(sql, deadline: .in(.seconds(60)))
    }
  }

  /// The one row of a query that gives one number.
  func number(_ sql: String) async throws -> Int64 {
    let statement = Statement("number \(sql.hashValue)", [], sql)
    return try await pool.withConnection(deadline: .in(.seconds(60))) {
      (connection) throws(PostgresError) in
      try connection.execute(statement, deadline: .in(.seconds(60))).int64(0, 0)
    }
  }
}
