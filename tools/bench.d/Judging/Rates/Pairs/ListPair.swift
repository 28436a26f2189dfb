import Canonical
import Judging

/// Ranked lists of ten, some of them changed in one way.
struct ListPair: SimulatedPair {
  enum Change: Sendable {
    /// Another list altogether.
    case replaced
    /// The best stays, all others stand in the opposite order.
    case tailReversed
    /// The two best change places.
    case topSwapped

    /// How many of their first d both lists have in common, for d from 1 to 10.
    private var common: [Int] {
      switch self {
      case .replaced: [Int](repeating: 0, count: 10)
      case .tailReversed: [1, 1, 1, 1, 1, 2, 4, 6, 8, 10]
      case .topSwapped: [0, 2, 3, 4, 5, 6, 7, 8, 9, 10]
      }
    }

    /// 1 - rank-biased overlap (0.9) of the two lists: what the first d do not have in common, weighted by
    /// 0.1 · 0.9^(d - 1); the last depth stands for all that would follow.
    var distance: Double {
      var weight = 1.0
      var sum = 0.0
      for (depth, common) in zip(1...10, common) {
        let parted = 1 - Double(common) / Double(depth)
        sum += parted * weight * (depth == 10 ? 1 : 0.1)
        weight *= 0.9
      }
      return sum
    }
  }

  /// The mean over all lists.
  let distance: Double
  let change: Change
  private var isChanged: [Bool] = []

  private static let list = (0..<10).map { [UInt8($0)] }

  init(distance: Double, change: Change) { (self.distance, self.change) = (distance, change) }

  var items: Int { isChanged.count }

  mutating func grow(to items: Int, _ draws: inout Draws) {
    for _ in self.items..<items { isChanged.append(draws.isHit(distance / change.distance)) }
  }

  private var changed: [[UInt8]] {
    switch change {
    case .replaced: Self.list.map { [$0[0] + 100] }
    case .tailReversed: [Self.list[0]] + Self.list.dropFirst().reversed()
    case .topSwapped: [Self.list[1], Self.list[0]] + Self.list.dropFirst(2)
    }
  }

  func judgement(_ terms: Terms) throws -> Judgement {
    var judge = RankingJudge(terms: terms, reference: items, recomputed: items)
    let (same, other) = (RankedList(ids: Self.list), RankedList(ids: changed))
    for isChanged in isChanged { judge.add(same, isChanged ? other : same) }
    return try judge.judgement()
  }

  var data: [(String, JSONValue)] {
    func ids(_ list: [[UInt8]]) -> JSONValue { .counts(list.map { Int($0[0]) }) }
    return [
      ("reference", .array(isChanged.map { _ in ids(Self.list) })),
      ("recomputed", .array(isChanged.map { ids($0 ? changed : Self.list) })),
    ]
  }
}
