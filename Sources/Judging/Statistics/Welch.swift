/// Two means of unequal variance (Welch 1947).
struct Welch: Sendable {
  /// The second mean minus the first.
  let difference: Double
  let standardError: Double
  /// Satterthwaite's.
  let df: Double

  /// Nil for fewer than two values on a side.
  init?(_ a: Moments, _ b: Moments) {
    guard a.count > 1, b.count > 1 else { return nil }
    let (va, vb) = (a.variance / Double(a.count), b.variance / Double(b.count))
    difference = b.mean - a.mean
    standardError = (va + vb).squareRoot()
    let denominator = va * va / Double(a.count - 1) + vb * vb / Double(b.count - 1)
    df = denominator > 0 ? (va + vb) * (va + vb) / denominator : Double(a.count + b.count - 2)
  }

  /// Two-sided.
  var pValue: Double {
    guard standardError > 0 else { return difference == 0 ? 1 : 0 }
    return StudentT.twoSided(difference / standardError, df: df)
  }

  /// The interval that a two one-sided test at `level` looks at: 1 - 2·level wide.
  func interval(level: Double) -> ClosedRange<Double> {
    let half = standardError > 0 ? StudentT.quantile(1 - level, df: df) * standardError : 0
    return difference - half...difference + half
  }
}

/// The ratio of two standard deviations, of normal samples.
enum DeviationRatio {
  /// Second over first, each end at `level`. Nil for fewer than two values on a side or a first side
  /// without spread.
  static func interval(_ a: Moments, _ b: Moments, level: Double) -> ClosedRange<Double>? {
    guard a.count > 1, b.count > 1, a.variance > 0 else { return nil }
    let ratio = b.variance / a.variance
    let (d1, d2) = (Double(b.count - 1), Double(a.count - 1))
    let low = ratio / FDistribution.quantile(1 - level, d1, d2)
    let high = ratio / FDistribution.quantile(level, d1, d2)
    return low.squareRoot()...high.squareRoot()
  }
}
