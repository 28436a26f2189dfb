/// What an envelope is measured for. Any other library, driver or model starts anew: envelopes expire by
/// having another key.
package struct EnvelopeKey: Hashable, Sendable {
  package let type: OutputType
  /// The model's digest as records write it.
  package let model: String
  /// Names of compute types, sorted.
  package let dtypes: [String]
  /// The two device classes with their shares, sorted: a pair has no order.
  package let devices: [String]
  /// Of driver, runtime and libraries, in the caller's words.
  package let libraries: String

  package init(
    type: OutputType, model: String, dtypes: some Sequence<ComputeType>,
    _ a: Declaration.Device, _ b: Declaration.Device, libraries: String
  ) {
    func precedes(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }
    self.type = type
    self.model = model
    self.dtypes = Set(dtypes.map(\.name)).sorted(by: precedes)
    devices = [a.name, b.name].sorted(by: precedes)
    self.libraries = libraries
  }

  /// One line that names it.
  package var text: String {
    ([type.rawValue, model, dtypes.joined(separator: "+")] + devices + [libraries])
      .joined(separator: "|")
  }
}

/// Learns envelopes from pairs, one key at a time.
///
/// Honest pairs are attested or owner-run executions of the same weights and inputs. A pair whose only
/// warrant is this envelope must not be given: the envelope would confirm itself.
package struct EnvelopeLearner: Sendable {
  private var honest: [String: [Double]] = [:]
  private var bad: [String: [Double]] = [:]

  /// The statistics that rung 2 looks at; others have no envelope.
  package static let statistics: Set<String> = [
    "row_drift.max", "element_drift.max", "common_drift", "total_variation.max",
    "total_variation.mean", "scalar_drift.max", "curve_drift.max", "token_deficit.max",
    "log_probability.mean", "score_drift.max",
  ]

  package init() {}

  /// Takes in the statistics of one pair, as its verdict record has them.
  package mutating func add(statistics: [String: Double], isHonest: Bool) {
    for (name, value) in statistics where Self.statistics.contains(name) {
      if isHonest {
        honest[name, default: []].append(value)
      } else {
        bad[name, default: []].append(value)
      }
    }
  }

  /// What was learnt, named after the key and the index up to which records were read.
  package func calibration(_ key: EnvelopeKey, at index: Int) -> Calibration {
    let envelopes = honest.map { name, values in
      (name, Envelope(honest: values, bad: bad[name] ?? []))
    }
    return Calibration(
      key: key.text, index: index, envelopes: Dictionary(uniqueKeysWithValues: envelopes))
  }
}
