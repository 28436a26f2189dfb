import Canonical
import Judging

/// Categories drawn on each side alone; on one side the first is more common by `shift`, the second rarer.
struct DrawPair: SimulatedPair {
  let shift: Double
  private(set) var items = 0
  private var reference = [Int](repeating: 0, count: 4)
  private var recomputed = [Int](repeating: 0, count: 4)

  init(shift: Double) { self.shift = shift }

  mutating func grow(to items: Int, _ draws: inout Draws) {
    for _ in self.items..<items {
      reference[draws.below(4)] += 1
      // Of the second category's quarter so much goes to the first.
      let category = draws.below(4)
      recomputed[category == 1 && draws.isHit(4 * shift) ? 0 : category] += 1
    }
    self.items = items
  }

  func judgement(_ terms: Terms) -> Judgement {
    LabelDrawsJudge(terms: terms, reference: reference, recomputed: recomputed).judgement()
  }

  var data: [(String, JSONValue)] {
    [("reference", .counts(reference)), ("recomputed", .counts(recomputed))]
  }
}
