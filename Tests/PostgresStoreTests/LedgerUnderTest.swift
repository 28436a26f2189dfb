import Postgres
import PostgresStore
import Store
import StoreFixtures

/// Two writers of one new, empty store.
struct LedgerUnderTest {
  enum Kind: CaseIterable { case memory, postgres }

  let ledgers: [any CommitLedger]
  /// What readers are shown.
  let published: @Sendable () async throws -> SignedCheckpoint

  init(_ kind: Kind) async throws {
    switch kind {
    case .memory:
      let ledger = MemoryLedger()
      ledgers = [ledger, ledger]
      published = { ledger.state.published }
    case .postgres:
      let conninfo = try await TestCluster.newDatabase()
      ledgers = (0..<2).map { _ in PostgresLedger(conninfo: conninfo) }
      let pool = PostgresPool(conninfo: conninfo, workers: 1, maximumWaiters: 1, label: "t")
      published = { try await PostgresLogReader(pool: pool).published() }
    }
  }
}
