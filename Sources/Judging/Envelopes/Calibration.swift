/// Envelopes measured on honest pairs, in place of the defaults (facts of one key; see `EnvelopeKey`).
package struct Calibration: Sendable, Equatable {
  /// For what they were measured: `EnvelopeKey.text`.
  package let key: String
  /// The log's index up to which pairs were read: with the key, it names these envelopes.
  package let index: Int
  /// By statistic name.
  package let envelopes: [String: Envelope]

  package init(key: String, index: Int, envelopes: [String: Envelope]) {
    self.key = key
    self.index = index
    self.envelopes = envelopes
  }

  package var name: String { "\(key)@\(index)" }

  /// The measured limit for a statistic; nil where too few honest pairs are known.
  func limit(_ statistic: String) -> Double? {
    envelopes[statistic].flatMap { $0.isUsable ? $0.limit : nil }
  }
}
