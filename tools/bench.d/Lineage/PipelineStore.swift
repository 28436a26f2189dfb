import Canonical
import Postgres
import StemmaCrypto

/// The made-up graph, as far as it is in the store.
struct PipelineStore {
  let site: LineageSite
  private(set) var graph = PipelineGraph()
  private var generator: PipelineGenerator
  private var records: PipelineRecords

  init(seed: UInt64, on site: LineageSite) {
    self.site = site
    generator = PipelineGenerator(seed: seed)
    records = PipelineRecords(seed: seed)
  }

  /// Commits more of the graph, until there are `count` records.
  /// - Throws: where the store gave other indices than the graph has.
  mutating func grow(to count: Int) throws {
    let load = HTTPLoad(
      port: site.index.port, key: site.index.key, namespace: LineageSite.namespace)
    generator.grow(&graph, to: count)
    var wall = 0.0
    let before = records.digests.count
    while records.digests.count < count {
      // In parts: the requests are all in memory before they are sent.
      var requests: [[UInt8]] = []
      while records.digests.count < count, requests.count < 50 {
        let body = try records.nextCommit(min(1000, count - records.digests.count), of: graph)
        requests.append(load.commitRequest(body))
      }
      // One client: what comes later rests on what came before.
      wall += try load.run(requests, clients: 1).wall
    }
    try checkIndices()
    report([
      "bench": "lineage", "what": "load", "records": .count(count),
      "derivationEdges": .count(graph.derivationCount), "references": .count(graph.targets.count),
      "recordsPerSecond": .figure(Double(count - before) / wall),
    ])
  }

  func digest(_ node: Int) -> Digest { records.digests[node] }

  /// The nodes' numbers are meant to be the indices of their records.
  private func checkIndices() throws {
    var connection = try site.connect()
    let places = Array(stride(from: 0, to: graph.count, by: max(1, graph.count / 1000)))
    var parameters = Parameters()
    parameters.append(places.map(Int64.init))
    let rows = try connection.execute(
      Statement(
        "bench_digests", [.int8Array],
        "select digest from record where index = any($1) order by index"), parameters,
      deadline: .in(.seconds(60)))
    guard rows.count == places.count else { throw BenchError("the store lacks records") }
    for (row, place) in places.enumerated() where try rows.bytes(row, 0) != digest(place).bytes {
      throw BenchError("index \(place) has another record than the graph")
    }
  }
}
