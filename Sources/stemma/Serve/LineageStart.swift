import PostgresStore
import ServiceLifecycle
import Store

/// The engine of lineage queries, from its start to its end.
struct LineageStart {
  private let edges: PostgresEdges
  private let engine: PostgresLineage
  /// Fills the engine's table while the store is idle.
  let filling: EdgeFilling

  init(conninfo: String) {
    edges = PostgresEdges(conninfo: conninfo)
    let filler = EdgeFiller(storage: edges)
    engine = PostgresLineage(conninfo: conninfo, filler: filler)
    filling = EdgeFilling(filler: filler)
  }

  func service(
    lookup: any RecordLookup, log: PublishedLog, imports: [Namespace: [Namespace]]
  ) -> LineageService {
    LineageService(
      engine: engine, lookup: lookup,
      snapshots: Snapshots(lookup: lookup) { () async throws(StoreError) in try await log.size() },
      imports: imports)
  }

  func close() async {
    await engine.close()
    await edges.close()
  }
}

/// Fills the table of references until the server stops.
struct EdgeFilling: Service {
  let filler: EdgeFiller

  func run() async { await cancelWhenGracefulShutdown { await filler.run() } }
}
