import Canonical

/// The same question at each size of one growing store: about a record of its first days, and about a new one whose
/// lineage is as large.
struct GrowthRun {
  private static let ways: [ClosureTimer.Way] = [.indexOverREST, .sqlOverREST, .index, .sql]

  private let rounds: Int
  private let roots: Int
  private let seed: UInt64
  private var old: [ClosureRoot] = []
  private var medians: [String: [Double]] = [:]

  init(rounds: Int, roots: Int, seed: UInt64) {
    self.rounds = rounds
    self.roots = roots
    self.seed = seed
  }

  mutating func measure(_ store: PipelineStore) async throws {
    try await store.deriveEdges()
    try store.reportSizes()
    let engines = try await OwnEngines(store)
    var timer = try ClosureTimer(store, engines: engines, patience: 60)
    let new = try timer.roots(near: 1000, count: roots, seed: seed)
    if old.isEmpty { old = new }
    for (which, roots) in [("old", old), ("new", new)] {
      var costs: [ClosureTimer.Way: [ClosureTimer.Cost]] = [:]
      for round in 0...rounds {
        for root in roots {
          for way in Self.ways {
            let cost = try await timer.cost(way, root)
            if round > 0 { costs[way, default: []].append(cost) }
          }
        }
      }
      for way in Self.ways {
        let spread = Spread(costs[way]?.map(\.wall) ?? [])
        let processors = Spread(costs[way]?.map(\.cpu) ?? [])
        medians["\(way.rawValue), \(which)", default: []].append(spread.quantile(0.5))
        medians["\(way.rawValue), \(which), cpu", default: []].append(processors.quantile(0.5))
        report([
          "bench": "lineage", "what": "growth", "stored": .count(store.graph.count),
          "record": .string(which), "way": .string(way.rawValue), "milliseconds": spread.json,
          "cpuMilliseconds": processors.json,
          "levels": Spread(roots.map { Double($0.depth) }).json, "load": .string(machineLoad()),
        ])
      }
    }
  }

  /// The slowest size over the fastest one, for each way: 1 is flat.
  func reportRatios() {
    for (name, values) in medians.sorted(by: { $0.key < $1.key }) {
      let spread = Spread(values)
      report([
        "bench": "lineage", "what": "growthRatio", "way": .string(name),
        "largestOverSmallestMedian": .figure(spread.quantile(1) / spread.quantile(0)),
      ])
    }
  }
}
