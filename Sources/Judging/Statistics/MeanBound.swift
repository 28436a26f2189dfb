/// A mean with its standard error, from single values or from clusters of them.
struct MeanEstimate: Sendable, Equatable {
  let mean: Double
  /// Infinite where it cannot be known.
  let standardError: Double
  /// Independent values, or clusters.
  let count: Int

  init(_ moments: Moments) {
    mean = moments.mean
    count = moments.count
    standardError =
      count > 1 ? (moments.variance / Double(count)).squareRoot() : .infinity
  }

  /// The mean of all values of all clusters, as a ratio of totals: its error is that of independent
  /// clusters, however alike the values of one are (Cochran, *Sampling Techniques*, §6.4).
  init(clusters: [(sum: Double, count: Int)]) {
    let values = clusters.reduce(0) { $0 + $1.count }
    let mean = values > 0 ? clusters.reduce(0) { $0 + $1.sum } / Double(values) : 0
    self.mean = mean
    count = clusters.count
    let squares = clusters.reduce(0.0) {
      let residual = $1.sum - mean * Double($1.count)
      return $0 + residual * residual
    }
    let groups = Double(count)
    standardError =
      count > 1 && values > 0
      ? (groups / (groups - 1) * squares).squareRoot() / Double(values) : .infinity
  }

  /// One-sided confidence limits, by Student's t.
  func lowerLimit(level: Double) -> Double { mean - reach(level) }
  func upperLimit(level: Double) -> Double { mean + reach(level) }

  private func reach(_ level: Double) -> Double {
    standardError.isFinite
      ? StudentT.quantile(1 - level, df: Double(count - 1)) * standardError : .infinity
  }
}

/// A mean of unsigned drifts, held against the largest that a contract allows.
struct MeanBound: Sendable, Equatable {
  let estimate: MeanEstimate
  let limit: Double

  /// Shown to be within the limit.
  func isWithin(_ looks: Looks) -> Bool {
    estimate.upperLimit(level: looks.level(Looks.equivalence)) <= limit
  }

  /// Shown to be above the limit, spending `part` of what the view's difference tests may spend.
  func isBeyond(_ looks: Looks, part: Double = 1) -> Bool {
    estimate.lowerLimit(level: looks.level(Looks.divergence) * part) > limit
  }

  func test(_ name: String, _ looks: Looks, part: Double = 1) -> Judgement.Test {
    let low = estimate.lowerLimit(level: looks.level(Looks.divergence) * part)
    let high = estimate.upperLimit(level: looks.level(Looks.equivalence))
    return Judgement.Test(name, estimate.mean, interval: low...high, threshold: limit)
  }

  /// How many more values would decide, should they be like these: the interval shrinks with √n until it
  /// ends at the limit. Never fewer than make `fewest` in all.
  func need(_ looks: Looks, fewest: Int = 2, ceiling: Int = 10_000_000) -> Int {
    let gap = (limit - estimate.mean).magnitude
    let count = estimate.count
    guard estimate.standardError.isFinite, gap > 0 else { return max(1, fewest - count) }
    let level = estimate.mean < limit ? Looks.equivalence : Looks.divergence
    let z = Normal.quantile(1 - looks.level(level)) * estimate.standardError / gap
    let wanted = Double(count) * z * z
    let all = wanted < Double(ceiling) ? Int(wanted.rounded(.up)) + 2 : ceiling
    return max(1, max(all, fewest) - count)
  }
}
