import Canonical
import Glibc
import Judging

/// Rows of class probabilities, of which the recomputed one moves an exponential amount of probability from
/// the best class to another: its total variation.
struct DistributionPair: SimulatedPair {
  /// Rows that vary by twice the margin of a row.
  let varyingShare: Double
  /// Of the other rows.
  let meanVariation: Double
  private var reference: [Double] = []
  private var recomputed: [Double] = []

  private static let classes = 4

  init(varyingShare: Double, meanVariation: Double) {
    (self.varyingShare, self.meanVariation) = (varyingShare, meanVariation)
  }

  var items: Int { reference.count / Self.classes }

  mutating func grow(to items: Int, _ draws: inout Draws) {
    for _ in self.items..<items {
      let weights = (0..<Self.classes).map { _ in exp(draws.normal()) }
      let total = weights.reduce(0, +)
      let row = weights.map { $0 / total }
      let best = row.indices.max { row[$0] < row[$1] } ?? 0
      let other = (best + 1 + draws.below(Self.classes - 1)) % Self.classes
      var moved = draws.isHit(varyingShare) ? 0.1 : draws.exponential(mean: meanVariation)
      moved = min(moved, row[best])
      var answer = row
      answer[best] -= moved
      answer[other] += moved
      reference += row
      recomputed += answer
    }
  }

  func judgement(_ terms: Terms) throws -> Judgement {
    let form = TensorForm(shape: [items, Self.classes], storage: "F64")
    var judge = ProbabilityJudge(terms: terms, reference: form, recomputed: form)
    try judge.add(reference.span, recomputed.span)
    return try judge.judgement()
  }

  var data: [(String, JSONValue)] {
    [
      ("width", .count(Self.classes)), ("reference", .numbers(reference)),
      ("recomputed", .numbers(recomputed)),
    ]
  }
}
