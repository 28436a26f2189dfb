/// The energy distance of two samples of numbers, by permutation, in time linear in their size for each.
///
/// On a line the distance is 2 ∫ (F - G)² (Székely and Rizzo 2004): sorted once, a permutation only changes
/// which of the values belong to the first sample.
struct EnergyDistance: Sendable {
  private let first: Int
  private let second: Int
  /// Distances between neighbours in order.
  private let gaps: [Double]
  /// 1 for the first sample's, in order.
  private let membership: [Int32]

  init(_ a: [Double], _ b: [Double]) {
    first = a.count
    second = b.count
    let sorted = (a.map { ($0, Int32(1)) } + b.map { ($0, Int32(0)) }).sorted { $0.0 < $1.0 }
    gaps = zip(sorted.dropFirst(), sorted).map { $0.0 - $1.0 }
    membership = sorted.map(\.1)
  }

  var observed: Double { value(membership) }

  func permute(rounds: Int, seed: UInt64) -> MonteCarlo {
    var order = membership.indices.map { Int32($0) }
    var members = membership
    return MonteCarlo.run(rounds: rounds, seed: seed, observed: observed) { generator in
      generator.draw(first, of: &order)
      for i in members.indices { members[Int(order[i])] = i < first ? 1 : 0 }
      return value(members)
    }
  }

  private func value(_ members: [Int32]) -> Double {
    let (up, down) = (1 / Double(first), -1 / Double(second))
    var difference = 0.0
    var sum = 0.0
    for i in gaps.indices {
      difference += members[i] == 1 ? up : down
      sum += difference * difference * gaps[i]
    }
    return 2 * sum
  }
}
