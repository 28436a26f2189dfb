import Canonical
import FileDigests
import Glibc
import Judging

/// How often a study comes out wrong, or right where that is asked, over many repetitions.
struct RateMeasurement {
  let scenario: Scenario
  let seed: UInt64
  /// At the most.
  let repetitions: Int
  /// Of one thread, which limits the repetitions of studies that take long.
  let seconds: Double

  /// False claims of either kind, then power.
  func run() async throws {
    for plan in [Study.Plan.single, .growing, .fresh] {
      try await measure(scenario.honest, plan, ["false_divergence"])
    }
    for plan in [Study.Plan.single, .growing, .fresh] {
      var rates: [String] = []
      if scenario.convictsBeyondMargin { rates.append("false_divergence") }
      if scenario.showsEquivalence { rates.append("false_equivalence") }
      try await measure(1, plan, rates)
    }
    try await measure(2, scenario.showsEquivalence ? .followed : .single, ["power"])
  }

  private func measure(_ effect: Double, _ plan: Study.Plan, _ rates: [String]) async throws {
    guard !rates.isEmpty else { return }
    let study = Study(scenario: scenario, effect: effect, plan: plan)
    let outcomes = try await repeated(study)
    for rate in rates {
      let hits = outcomes.count { rate == "false_equivalence" ? $0.isEquivalent : $0.isDivergent }
      let limit = Self.limits[rate] ?? 0
      // Clopper and Pearson's 95 % bounds, one-sided each.
      let low = ReplayedShare(replayed: hits, of: outcomes.count).atLeast
      let high = 1 - ReplayedShare(replayed: outcomes.count - hits, of: outcomes.count).atLeast
      report([
        "bench": "judging", "what": .string(rate), "scenario": .string(scenario.name),
        "effectInMargins": .figure(effect), "plan": .string(plan.rawValue),
        "items": .figure(Double(outcomes.reduce(0) { $0 + $1.items }) / Double(outcomes.count)),
        "repetitions": .count(outcomes.count), "count": .count(hits),
        "rate": .figure(Double(hits) / Double(outcomes.count)),
        "atLeast": .figure(low), "atMost": .figure(high),
        rate == "power" ? "floor" : "limit": .figure(limit),
        "isKept": .bool(rate == "power" ? high >= limit : low <= limit),
      ])
    }
  }

  private static let limits = ["false_divergence": 0.01, "false_equivalence": 0.05, "power": 0.9]

  /// All repetitions, on all processors. Fewer where they take too long: always the first ones.
  private func repeated(_ study: Study) async throws -> [Study.Outcome] {
    let seed = seed
    let tried = min(repetitions, 8)
    let first = try timed { try (0..<tried).map { try study.run(repetition: $0, seed: seed) } }
    let affordable = seconds / max(first.cpu / Double(tried), 1e-9)
    let count = affordable >= Double(repetitions) ? repetitions : max(tried, Int(affordable))
    let threads = processorCount()
    return try await withThrowingTaskGroup(of: [Study.Outcome].self) { group in
      for thread in 0..<threads {
        group.addTask {
          try stride(from: tried + thread, to: count, by: threads).map {
            try study.run(repetition: $0, seed: seed)
          }
        }
      }
      return try await group.reduce(into: first.value) { $0 += $1 }
    }
  }
}
