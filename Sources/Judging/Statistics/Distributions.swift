internal import Glibc

/// The standard normal distribution.
enum Normal {
  /// P(Z <= z), exact in both tails.
  static func probability(_ z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }

  /// The z with P(Z <= z) = p, for 0 < p < 1.
  static func quantile(_ p: Double) -> Double {
    guard p < 0.5 else { return p == 0.5 ? 0 : -quantile(1 - p) }
    // Newton's steps from the tail's leading term; log-concave, so that they cannot overshoot twice.
    var z = -(-2 * log(2 * p)).squareRoot()
    for _ in 0..<60 {
      let density = exp(-0.5 * z * z) / (2 * .pi).squareRoot()
      let probability = probability(z)
      // In the logarithm of the probability: fast however far in the tail.
      let step = log(probability / p) * probability / density
      z -= step
      if step.magnitude <= 1e-16 * z.magnitude { break }
    }
    return z
  }
}

/// Student's t distribution.
enum StudentT {
  static func probability(_ t: Double, df: Double) -> Double {
    let tail = 0.5 * IncompleteBeta.value(df / (df + t * t), df / 2, 0.5)
    return t < 0 ? tail : 1 - tail
  }

  /// P(|T| >= |t|).
  static func twoSided(_ t: Double, df: Double) -> Double {
    IncompleteBeta.value(df / (df + t * t), df / 2, 0.5)
  }

  /// For 0 < p < 1 and real df > 0.
  static func quantile(_ p: Double, df: Double) -> Double {
    guard p != 0.5 else { return 0 }
    // The larger of the two complements is solved for its smaller x, which keeps all digits.
    let tail = 2 * min(p, 1 - p)
    let t: Double
    if tail < 0.5 {
      let x = IncompleteBeta.inverse(tail, df / 2, 0.5)
      t = (df * (1 - x) / x).squareRoot()
    } else {
      let y = IncompleteBeta.inverse(1 - tail, 0.5, df / 2)
      t = (df * y / (1 - y)).squareRoot()
    }
    return p < 0.5 ? -t : t
  }
}

/// The F distribution, of a ratio of two variances.
enum FDistribution {
  static func probability(_ f: Double, _ d1: Double, _ d2: Double) -> Double {
    guard f > 0 else { return 0 }
    let x = d1 * f / (d1 * f + d2)
    return IncompleteBeta.value(x, d1 / 2, d2 / 2, complement: d2 / (d1 * f + d2))
  }

  static func quantile(_ p: Double, _ d1: Double, _ d2: Double) -> Double {
    let x = IncompleteBeta.inverse(p, d1 / 2, d2 / 2)
    if x < 0.5 { return d2 * x / (d1 * (1 - x)) }
    let y = IncompleteBeta.inverse(1 - p, d2 / 2, d1 / 2)
    return d2 * (1 - y) / (d1 * y)
  }
}

/// The chi-square distribution.
enum ChiSquare {
  static func upperTail(_ x: Double, df: Double) -> Double {
    IncompleteGamma.upperTail(x / 2, df / 2)
  }

  static func quantile(_ p: Double, df: Double) -> Double {
    2 * IncompleteGamma.inverse(p, df / 2)
  }
}
