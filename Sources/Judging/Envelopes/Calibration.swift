/// Envelopes measured on honest pairs, in place of the defaults (facts of one key; see `EnvelopeKey`).
package struct Calibration: Sendable, Equatable {
  /// `key@index`: which envelopes these are, for the record.
  package let name: String
  /// By statistic name.
  package let envelopes: [String: Envelope]

  package init(name: String, envelopes: [String: Envelope]) {
    self.name = name
    self.envelopes = envelopes
  }

  /// The measured limit for a statistic; nil where too few honest pairs are known.
  func limit(_ statistic: String) -> Double? {
    envelopes[statistic].flatMap { $0.isUsable ? $0.limit : nil }
  }
}
