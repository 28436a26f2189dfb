/// How outputs of one view compare. The rung says how far apart they are, the flags say what else was
/// seen; a flag never bends the rung.
package enum Verdict: String, CaseIterable, Sendable {
  /// Canonical bytes are equal.
  case bitIdentical = "bit_identical"
  /// Every item lies within the envelope of the coarser compute type, and the drift has no direction.
  case numericallyEquivalent = "numerically_equivalent"
  /// Shown: the upper confidence bound of the drift is below the margin.
  case statisticallyEquivalent = "statistically_equivalent"
  /// A structural defect, a gross error, or drift shown to be above the margin.
  case divergent
  /// Neither was shown. Not a pass: `Judgement.need` says what would decide it.
  case inconclusive
  /// Decided before a number was read: the two are not two answers to one question.
  case notComparable = "not_comparable"

  /// Whether a rebuilt output with this verdict may stand in for the reference.
  package var isAcceptable: Bool {
    switch self {
    case .bitIdentical, .numericallyEquivalent, .statisticallyEquivalent: true
    case .divergent, .inconclusive, .notComparable: false
    }
  }
}
