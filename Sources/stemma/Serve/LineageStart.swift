import LineageIndex
import Logging
import Postgres
import PostgresStore
import ServiceLifecycle
import Store

/// The engines of lineage queries, from their start to their end.
struct LineageStart {
  private let edges: PostgresEdges
  private let sql: PostgresLineage
  private let filler: EdgeFiller
  private let indexBytes: Int?
  private let logger: Logger

  /// - Parameter indexBytes: what the index in memory may take; nil: there is none.
  init(conninfo: String, indexBytes: Int?, logger: Logger) {
    edges = PostgresEdges(conninfo: conninfo)
    filler = EdgeFiller(storage: edges)
    sql = PostgresLineage(conninfo: conninfo, filler: filler)
    self.indexBytes = indexBytes
    self.logger = logger
  }

  /// What answers, and what must run for it.
  struct Running {
    let service: LineageService
    /// How the engines are doing; nil where there is no index.
    let standing: (@Sendable () -> LineageStanding)?
    /// How far the table of edges is; nil where the database does not say.
    let edges: @Sendable () async -> EdgeProgress?
    let services: [any Service]
  }

  func start(
    pool: PostgresPool, log: PublishedLog, imports: [Namespace: [Namespace]]
  ) -> Running {
    let published = { @Sendable () async throws(StoreError) in try await log.size() }
    let index = indexBytes.map { bytes in
      IndexedLineage(
        feed: PostgresLineageFeed(pool: pool), byteLimit: bytes, published: published
      ) { [logger] event in Self.log(event, to: logger) }
    }
    let engines = index.map { FallbackLineage(index: $0, fallback: sql) }
    let lookup = RememberedRecords(PostgresRecordLookup(pool: pool))
    // The table is kept filled beside an index too: where that steps aside, it must be there.
    var services: [any Service] = [EdgeFilling(filler: filler)]
    if let index { services.append(IndexFollowing(index: index)) }
    return Running(
      service: LineageService(
        engine: engines ?? sql, lookup: lookup,
        snapshots: Snapshots(lookup: lookup, published: published), imports: imports),
      standing: engines.map { engines in { @Sendable in engines.standing } },
      edges: { [edges] in try? await edges.progress() }, services: services)
  }

  func close() async {
    await sql.close()
    await edges.close()
  }

  private static func log(_ event: IndexedLineage.Event, to logger: Logger) {
    switch event {
    case .loaded(let size, let time):
      logger.info(
        "the lineage index is loaded",
        metadata: [
          "records": "\(size.records)", "edges": "\(size.edges)", "bytes": "\(size.bytes)",
          "time": "\(time)",
        ])
    case .feedFailed(let error):
      logger.warning("the lineage index cannot be read on", metadata: ["reason": "\(error)"])
    case .steppedAside(let error) where error.code == .corrupt:
      logger.error(
        "the records' references contradict each other; lineage is walked in the database",
        metadata: ["reason": "\(error)"])
    case .steppedAside(let error):
      logger.warning(
        "the lineage index gives up; lineage is walked in the database",
        metadata: ["reason": "\(error)"])
    }
  }
}

/// Fills the table of references until the server stops.
private struct EdgeFilling: Service {
  let filler: EdgeFiller

  func run() async { await cancelWhenGracefulShutdown { await filler.run() } }
}

/// Keeps the index in memory up to date until the server stops.
private struct IndexFollowing: Service {
  let index: IndexedLineage

  func run() async throws {
    await cancelWhenGracefulShutdown { await index.run() }
    // An index that stepped aside is no reason to end: a service that returns would be one.
    try? await gracefulShutdown()
  }
}
