import Canonical
import Judging

/// Labels that flip to any other class; by class, or all alike where one share is given.
struct LabelPair: SimulatedPair {
  let flips: [Double]
  private var reference: [Int] = []
  private var recomputed: [Int] = []

  /// How common the classes are.
  private static let shares = [0.32, 0.25, 0.2, 0.15, 0.08]

  init(flips: [Double]) { self.flips = flips }

  var items: Int { reference.count }

  mutating func grow(to items: Int, _ draws: inout Draws) {
    for _ in self.items..<items {
      var rest = draws.uniform()
      let label = Self.shares.firstIndex { share in
        rest -= share
        return rest < 0
      }
      let known = label ?? 0
      let isFlip = draws.isHit(flips[min(known, flips.count - 1)])
      reference.append(known)
      recomputed.append(isFlip ? (known + 1 + draws.below(4)) % Self.shares.count : known)
    }
  }

  func judgement(_ terms: Terms) throws -> Judgement {
    var judge = LabelJudge(
      terms: terms, reference: items, recomputed: items, classes: Self.shares.count)
    for (a, b) in zip(reference, recomputed) { judge.add(Int32(a), Int32(b)) }
    return try judge.judgement()
  }

  var data: [(String, JSONValue)] {
    [("reference", .counts(reference)), ("recomputed", .counts(recomputed))]
  }
}
