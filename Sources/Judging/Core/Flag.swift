/// What was seen beside the rung. Stored in a verdict record under these names.
package enum Flag: String, CaseIterable, Sendable {
  /// Drift beyond ten envelopes of the declared types, and yet equivalent: the execution record does
  /// not explain the numbers.
  case unexplainedDrift = "unexplained_drift"
  /// The items drift together in one direction.
  case systematicShift = "systematic_shift"
  /// The largest entry changed place somewhere.
  case decisionFlips = "decision_flips"
  /// Flips run from some classes to others more than both ways.
  case directionalFlips = "directional_flips"
  /// A decision flipped though its margin was far beyond numerical noise.
  case unexplainedFlips = "unexplained_flips"
  /// Stored in two types.
  case dtypeChanged = "dtype_changed"
  /// Both hold NaN or infinities, in the same places.
  case nonfinitePresent = "nonfinite_present"
  /// The rows were aligned by their keys.
  case reordered
  /// A difference was shown, and it is smaller than the margin.
  case detectable
  /// Two training curves from one seed part: small differences grow.
  case chaoticGrowth = "chaotic_growth"
  /// The evidence that would decide was not stored.
  case noEvidence = "no_evidence"
  /// The envelopes are defaults, not measured on honest pairs.
  case uncalibrated
  /// Judged from summaries: the bytes were not read.
  case fromSummaries = "from_summaries"

  // Structural defects: each makes the pair divergent before any statistic.

  /// The shapes differ.
  case shape = "structural.shape"
  /// The recomputed output is a proper prefix of the reference.
  case truncated = "structural.truncated"
  /// The same rows in another order, where the order is prescribed.
  case rowsPermuted = "structural.rows_permuted"
  /// The two have different row keys.
  case rowKeys = "structural.row_keys"
  /// NaN or an infinity stands on one side only.
  case nonfinite = "structural.nonfinite"
  /// A row of probabilities that is no distribution.
  case notADistribution = "structural.not_a_distribution"
  /// A label outside the declared set.
  case labelSet = "structural.label_set"

  /// Whether the pair is divergent for this alone.
  package var isStructural: Bool { rawValue.utf8.starts(with: "structural.".utf8) }
}
