import Canonical
import Glibc
import LineageIndex
import Postgres
import PostgresStore
import Store

/// The store's two engines inside this process, over the same PostgreSQL: what they cost without a service around them.
struct OwnEngines {
  let index: LineageIndex
  let sql: PostgresLineage

  /// Loads the index from the store, and reports what that took.
  init(_ store: PipelineStore) async throws {
    let conninfo = store.site.conninfo
    sql = PostgresLineage(
      conninfo: conninfo, filler: EdgeFiller(storage: PostgresEdges(conninfo: conninfo)),
      workers: 1, deadline: .seconds(600))
    index = LineageIndex(byteLimit: 64 << 30)
    let feed = PostgresLineageFeed(
      pool: PostgresPool(conninfo: conninfo, workers: 1, maximumWaiters: 1, label: "bench"))
    let size = Int64(store.graph.count)
    let before = ProcessUsage.memory(of: getpid(), "VmRSS")
    let start = seconds(CLOCK_MONOTONIC)
    while index.size.records < size {
      let block = try await feed.block(from: index.size.records, below: size, limit: 20_000)
      try index.append(block)
    }
    let wall = seconds(CLOCK_MONOTONIC) - start
    let loaded = index.size
    // A hundred million edges at this many records, edges, bytes and seconds.
    let factor = 1e8 / Double(loaded.edges)
    report([
      "bench": "lineage", "what": "indexLoad", "records": .count(Int(loaded.records)),
      "edges": .count(loaded.edges), "seconds": .figure(wall),
      "edgesPerSecond": .figure(Double(loaded.edges) / wall),
      "bytesPerEdge": .figure(Double(loaded.bytes) / Double(loaded.edges)),
      "residentGrowthKiB": .count(ProcessUsage.memory(of: getpid(), "VmRSS") - before),
      "at100MillionEdges": .object([
        ("seconds", .figure(wall * factor)),
        ("gibibytes", .figure(Double(loaded.bytes) * factor / 0x1p30)),
      ]),
    ])
  }
}
