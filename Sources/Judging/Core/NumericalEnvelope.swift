/// How far honest executions may part in each compute type: the defaults, used until envelopes are measured.
///
/// Larger than the unit roundoff of one operation, because a network has many: measured on whole networks
/// (facts of the method). fp8 has none: four roundoffs would be a quarter of the value, which bounds
/// nothing, so outputs computed in it are compared by statistics alone until there is a calibration.
enum NumericalEnvelope {
  /// Relative drift of a row of a tensor: 4u, or what was measured where that is larger.
  static func row(_ type: ComputeType) -> Double? {
    pick(type, fp64: 1e-12, fp32: 1e-5, half: 0x1p-9, bf16: 0x1p-6)
  }

  /// Total variation of a row of probabilities.
  static func totalVariation(_ type: ComputeType) -> Double? {
    pick(type, fp64: 1e-11, fp32: 5e-5, half: 5e-3, bf16: 4e-2)
  }

  /// Relative difference of two single numbers.
  static func scalar(_ type: ComputeType) -> Double? {
    pick(type, fp64: 1e-9, fp32: 1e-5, half: 2e-3, bf16: 1.6e-2)
  }

  /// What the reference's token may cost against the best one, in logits over temperature.
  static func deficit(_ type: ComputeType) -> Double? {
    pick(type, fp64: 1e-6, fp32: 1e-3, half: 2e-2, bf16: 0.1)
  }

  /// Mean absolute difference of token log-probabilities.
  static func logProbability(_ type: ComputeType) -> Double? {
    pick(type, fp64: 1e-8, fp32: 1e-4, half: 2e-3, bf16: 1e-2)
  }

  private static func pick(
    _ type: ComputeType, fp64: Double, fp32: Double, half: Double, bf16: Double
  ) -> Double? {
    switch type {
    case .fp64: fp64
    case .fp32: fp32
    case .fp16, .tf32: half
    case .bf16: bf16
    default: nil
    }
  }
}

/// The limit that an envelope sets for one statistic.
struct EnvelopeLimit {
  /// Nil where neither a measurement nor a default exists: nothing is numerically equivalent then.
  let value: Double?
  let isMeasured: Bool

  func admits(_ statistic: Double) -> Bool { value.map { statistic <= $0 } ?? false }
}

extension Terms {
  /// The measured limit of a statistic, else the default.
  func envelope(_ statistic: String, default fallback: Double?) -> EnvelopeLimit {
    let measured = calibration?.limit(statistic)
    return EnvelopeLimit(value: measured ?? fallback, isMeasured: measured != nil)
  }
}
