import Canonical
import Postgres

/// The closures of one size, asked for in every way, in turns.
struct ClosureRun: ~Copyable {
  private var timer: ClosureTimer
  private let rounds: Int
  private let patience: Int

  init(_ store: PipelineStore, rounds: Int, patience: Int) async throws {
    try await store.deriveEdges()
    try store.reportSizes()
    var database = try store.site.connect()
    try database.run(Rival.mapping, deadline: .in(.seconds(600)))
    let engines = try await OwnEngines(store)
    let timer = try ClosureTimer(store, engines: engines, patience: patience)
    self.timer = timer
    self.rounds = rounds
    self.patience = patience
  }

  mutating func measure(near size: Int, count: Int, seed: UInt64) async throws {
    try timer.connectAgain()
    let roots = try timer.roots(near: size, count: count, seed: seed)
    let name = JSONValue.count(size)
    report([
      "bench": "lineage", "what": "roots", "closure": name, "count": .count(roots.count),
      "records": Spread(roots.map { Double($0.size) }).json,
      "levels": Spread(roots.map { Double($0.depth) }).json,
      "pathsPowerOfTen": Spread(roots.map { Double($0.pathsPowerOfTen) }).json,
      "load": .string(machineLoad()),
    ])
    var costs: [ClosureTimer.Way: [ClosureTimer.Cost]] = [:]
    // The first round warms up and is not counted.
    for round in 0...rounds {
      for root in roots {
        for way in ClosureTimer.Way.allCases {
          let cost = try await timer.cost(way, root)
          if round > 0 { costs[way, default: []].append(cost) }
        }
      }
    }
    let spreads = costs.mapValues { Spread($0.map(\.wall)) }
    let processors = costs.mapValues { Spread($0.map(\.cpu)) }
    for way in ClosureTimer.Way.allCases {
      report([
        "bench": "lineage", "what": "closure", "closure": name, "way": .string(way.rawValue),
        "milliseconds": spreads[way]?.json, "cpuMilliseconds": processors[way]?.json,
      ])
    }
    try reportRivals(roots, name)
    reportRatios(spreads, name, of: "time")
    reportRatios(processors, name, of: "cpu")
  }

  /// Those that may never end, once each, on the smallest closure there is.
  private mutating func reportRivals(_ roots: [ClosureRoot], _ name: JSONValue) throws {
    guard let root = roots.min(by: { $0.pathsPowerOfTen < $1.pathsPowerOfTen }) else { return }
    for rival in [Rival.aiida, .marquez] {
      let time = try timer.rival(rival, root)
      report([
        "bench": "lineage", "what": "closure", "closure": name, "way": .string(rival.rawValue),
        "records": .count(root.size), "levels": .count(root.depth),
        "pathsPowerOfTen": .count(root.pathsPowerOfTen), "milliseconds": time.map(JSONValue.figure),
        "gaveUpAfterSeconds": time == nil ? .count(patience) : nil,
      ])
    }
  }

  private func reportRatios(
    _ spreads: [ClosureTimer.Way: Spread], _ name: JSONValue, of what: String
  ) {
    func over(_ slow: ClosureTimer.Way, _ fast: ClosureTimer.Way) -> JSONValue? {
      guard let slow = spreads[slow], let fast = spreads[fast] else { return nil }
      return .figure(slow.quantile(0.5) / fast.quantile(0.5))
    }
    report([
      "bench": "lineage", "what": "ratio", "closure": name, "of": .string(what),
      "unionOverIndex": over(.union, .index),
      "unionOverIndexWithEdges": over(.union, .indexWithEdges),
      "unionOverSQL": over(.union, .sql),
      "indexOverPlainArrays": over(.index, .plain),
      "sqlOverIndexOverREST": over(.sqlOverREST, .indexOverREST),
    ])
  }
}
