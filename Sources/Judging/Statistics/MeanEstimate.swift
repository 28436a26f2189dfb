internal import Glibc

/// A mean with its standard error, from single values or from clusters of them.
struct MeanEstimate: Sendable, Equatable {
  let mean: Double
  /// Infinite where it cannot be known.
  let standardError: Double
  /// Of the values or the clusters' residuals.
  let skewness: Double
  /// Independent values, or clusters.
  let count: Int

  init(_ moments: Moments) {
    mean = moments.mean
    count = moments.count
    skewness = moments.skewness
    standardError = count > 1 ? (moments.variance / Double(count)).squareRoot() : .infinity
  }

  /// The mean of all values of all clusters, as a ratio of totals: its error is that of independent
  /// clusters, however alike the values of one are (Cochran, *Sampling Techniques*, §6.4).
  init(clusters: [(sum: Double, count: Int)]) {
    let values = clusters.reduce(0) { $0 + $1.count }
    let mean = values > 0 ? clusters.reduce(0) { $0 + $1.sum } / Double(values) : 0
    let residuals = Moments(clusters.map { $0.sum - mean * Double($0.count) })
    self.mean = mean
    count = clusters.count
    skewness = residuals.skewness
    standardError =
      count > 1 && values > 0
      ? (Double(count) * residuals.variance).squareRoot() / Double(values) : .infinity
  }

  /// By Student's t. For values with a tail to the right, as unsigned drifts have, this keeps well below its
  /// level.
  func lowerLimit(level: Double) -> Double {
    guard standardError.isFinite else { return -.infinity }
    return mean - StudentT.quantile(1 - level, df: Double(count - 1)) * standardError
  }

  /// By Student's t, with the skewness of the values taken out of its distribution by Hall's cubic
  /// transformation (1992).
  ///
  /// Plain t is too low for a tail to the right: at a nominal 5 % the true mean of exponential values lies
  /// above it in 10 % of samples of 30 and 6.4 % of 299. A sample's own skewness is too small on average, so
  /// it is corrected for its bias and raised by 1 + 3/√n: simulated at 4 to 5 % for half-normal,
  /// exponential and gamma (0.3) values, n from 30 to 1000; log-normal ones (σ = 1) stay at 5.8 %.
  func upperLimit(level: Double) -> Double {
    guard standardError.isFinite else { return .infinity }
    let t = StudentT.quantile(1 - level, df: Double(count - 1))
    let n = Double(count)
    guard count > 2, skewness > 0 else { return mean + t * standardError }
    let raised = skewness * (n * (n - 1)).squareRoot() / (n - 2) * (1 + 3 / n.squareRoot())
    let a = raised / n.squareRoot()
    guard a > 1e-9 else { return mean + t * standardError }
    return mean - 3 / a * (cbrt(1 + a * (-t - a / 6)) - 1) * standardError
  }
}
