/// Whether two samples of one number have the same mean and spread, to a margin.
///
/// The margin is absolute, or one standard deviation of the reference. The latter is estimated from the
/// same sample, and its error counts: the interval of |difference| - margin is widened by it (delta method;
/// the variance of a standard deviation is s²/2(n - 1) for normal values). Without that a shift of exactly
/// the margin passes in 6.7 % instead of 5 %.
struct MeanEquivalence: Sendable {
  let welch: Welch
  let margin: Double
  private let marginError: Double
  let ratio: ClosedRange<Double>?
  let ratioLimit: Double

  /// Nil for fewer than two values on a side.
  init?(
    _ reference: Moments, _ recomputed: Moments, margin: Double?, ratioLimit: Double, looks: Looks
  ) {
    guard let welch = Welch(reference, recomputed) else { return nil }
    self.welch = welch
    self.margin = margin ?? reference.deviation
    let freedom = Double(2 * (reference.count - 1))
    marginError = margin == nil ? reference.deviation / freedom.squareRoot() : 0
    self.ratioLimit = ratioLimit
    ratio = DeviationRatio.interval(
      reference, recomputed, level: looks.level(Looks.equivalence))
  }

  /// The interval that must lie inside the margin on both sides.
  func interval(_ looks: Looks) -> ClosedRange<Double> {
    let error = (welch.standardError * welch.standardError + marginError * marginError).squareRoot()
    let half =
      error > 0
      ? StudentT.quantile(1 - looks.level(Looks.equivalence), df: welch.df) * error : 0
    return welch.difference - half...welch.difference + half
  }

  func isShown(_ looks: Looks) -> Bool {
    let interval = interval(looks)
    guard interval.lowerBound >= -margin, interval.upperBound <= margin else { return false }
    // Without any spread on both sides there is nothing to compare.
    guard let ratio else { return welch.standardError == 0 }
    return ratio.lowerBound >= 1 / ratioLimit && ratio.upperBound <= ratioLimit
  }

  func tests(_ prefix: String, _ looks: Looks) -> [Judgement.Test] {
    var tests = [
      Judgement.Test(
        prefix + ".mean_difference", welch.difference.magnitude, interval: interval(looks),
        pValue: welch.pValue, threshold: margin)
    ]
    if let ratio {
      let middle = (ratio.lowerBound * ratio.upperBound).squareRoot()
      tests.append(
        Judgement.Test(
          prefix + ".deviation_ratio", middle, interval: ratio, threshold: ratioLimit))
    }
    return tests
  }
}
