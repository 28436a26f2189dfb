/// Whether labels flip from some classes to others more than back: the exact analogue of the test of
/// Stuart and Maxwell.
struct FlipDirections: Sendable {
  /// Flips by (from, to).
  private(set) var counts: [Pair: Int] = [:]

  struct Pair: Hashable, Sendable {
    let from: Int32
    let to: Int32
  }

  mutating func add(from: Int32, to: Int32) { counts[Pair(from: from, to: to), default: 0] += 1 }

  /// The statistic Σ (in - out)²/(in + out) over classes, against flips that go either way alike.
  func test(rounds: Int, seed: UInt64) -> (statistic: Double, test: MonteCarlo) {
    // Ordered, so that a seed means one sequence whatever the hash seeds of this process are.
    let pairs = Set(counts.keys.map { Pair(from: min($0.from, $0.to), to: max($0.from, $0.to)) })
      .sorted { ($0.from, $0.to) < ($1.from, $1.to) }
    let totals = pairs.map {
      counts[$0, default: 0] + counts[Pair(from: $0.to, to: $0.from), default: 0]
    }
    let classes = Set(pairs.flatMap { [$0.from, $0.to] }).sorted()
    let place = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
    let ends = pairs.map { (place[$0.from] ?? 0, place[$0.to] ?? 0) }
    var weight = [Double](repeating: 0, count: classes.count)
    for (end, total) in zip(ends, totals) {
      weight[end.0] += Double(total)
      weight[end.1] += Double(total)
    }
    func statistic(_ forward: (Int) -> Int) -> Double {
      var net = [Double](repeating: 0, count: classes.count)
      for i in ends.indices {
        let surplus = Double(2 * forward(i) - totals[i])
        net[ends[i].0] -= surplus
        net[ends[i].1] += surplus
      }
      return zip(net, weight).reduce(0) { $0 + $1.0 * $1.0 / $1.1 }
    }
    let observed = statistic { counts[pairs[$0], default: 0] }
    let test = MonteCarlo.run(rounds: rounds, seed: seed, observed: observed) { generator in
      statistic { Self.heads(of: totals[$0], &generator) }
    }
    return (observed, test)
  }

  /// Heads among so many fair coins, 64 at a time.
  private static func heads(of coins: Int, _ generator: inout SeededGenerator) -> Int {
    var heads = 0
    var left = coins
    while left > 0 {
      let bits = generator.next()
      heads += (left >= 64 ? bits : bits >> UInt64(64 - left)).nonzeroBitCount
      left -= 64
    }
    return heads
  }
}
