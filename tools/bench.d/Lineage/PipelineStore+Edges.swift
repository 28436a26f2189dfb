import Canonical
import Glibc
import Postgres
import PostgresStore
import Store

extension PipelineStore {
  /// Has the table of edges derived up to the last record, as a reader does who waits for it.
  func deriveEdges() async throws {
    let edges = PostgresEdges(conninfo: site.conninfo)
    let before = try await edges.progress().filled
    let start = seconds(CLOCK_MONOTONIC)
    try await EdgeFiller(storage: edges).fill(
      to: Int64(graph.count), by: .now + .seconds(1800))
    let wall = seconds(CLOCK_MONOTONIC) - start
    await edges.close()
    report([
      "bench": "lineage", "what": "edgesDerived", "records": .count(graph.count),
      "recordsDerived": .count(graph.count - Int(before)), "seconds": .figure(wall),
      "recordsPerSecond": .figure(Double(graph.count - Int(before)) / wall),
    ])
    // Both engines of the service and the rivals read what autovacuum would have left in time.
    var connection = try site.connect()
    for table in ["edge", "record"] {
      try connection.run("vacuum analyze \(table)", deadline: .in(.seconds(1800)))
    }
  }

  /// What the graph takes on disk, and in the server that has it in memory.
  func reportSizes() throws {
    var connection = try site.connect()
    let rows = try connection.execute(
      Statement(
        "bench_sizes", [],
        """
        select pg_total_relation_size('edge'), pg_relation_size('edge'), count(*),
          (select pg_total_relation_size('record'))
        from edge
        """), deadline: .in(.seconds(600)))
    let (edges, bytes) = (Double(try rows.int64(0, 2)), Double(try rows.int64(0, 0)))
    guard Int(edges) == graph.targets.count else {
      throw BenchError("the table of edges has \(Int(edges)) of \(graph.targets.count)")
    }
    report([
      "bench": "lineage", "what": "sizes", "records": .count(graph.count),
      "edges": .count(graph.targets.count), "edgeTableBytesPerEdge": .figure(bytes / edges),
      "withoutItsIndexes": .figure(Double(try rows.int64(0, 1)) / edges),
      "edgeTableGibibytesAt100Million": .figure(bytes / edges * 1e8 / 0x1p30),
      "recordTableBytesPerRecord": .figure(Double(try rows.int64(0, 3)) / Double(graph.count)),
      "indexServerResidentKiB": .count(ProcessUsage.memory(of: site.index.server, "VmRSS")),
      "sqlServerResidentKiB": .count(ProcessUsage.memory(of: site.sql.server, "VmRSS")),
    ])
  }
}
