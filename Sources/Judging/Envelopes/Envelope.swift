/// How far honest pairs have drifted in one statistic.
package struct Envelope: Sendable, Equatable {
  /// The number of honest pairs, `m`. A new honest pair exceeds the largest of them with probability at
  /// most 1/(m + 1), before the factor (exchangeability).
  package let pairs: Int
  /// The largest of their values.
  package let largest: Double
  /// The smallest value of a pair known to be bad; nil where none is known.
  package let smallestBad: Double?

  /// Fewer pairs than this calibrate nothing.
  package static let fewestPairs = 19
  /// On top of the largest honest value.
  package static let factor = 1.25

  package init(honest: some Sequence<Double>, bad: some Sequence<Double> = []) {
    let values = Array(honest)
    pairs = values.count
    largest = values.max() ?? 0
    smallestBad = bad.min()
  }

  init(pairs: Int, largest: Double, smallestBad: Double?) {
    self.pairs = pairs
    self.largest = largest
    self.smallestBad = smallestBad
  }

  package var isUsable: Bool { pairs >= Self.fewestPairs }
  package var limit: Double { largest * Self.factor }

  /// Whether honest and bad pairs overlap: this statistic cannot tell them apart. To be published as a
  /// limit of detection, never a reason to lower the envelope.
  package var overlaps: Bool { smallestBad.map { $0 <= limit } ?? false }
}
