/// The regularised incomplete gamma function P(a, x): the distribution function of Gamma(a).
enum IncompleteGamma {
  /// P(a, x) for a > 0; x below 0 counts as 0.
  static func value(_ x: Double, _ a: Double) -> Double {
    guard x > 0 else { return 0 }
    return x < a + 1 ? series(x, a) : 1 - fraction(x, a)
  }

  /// 1 - P(a, x), exact where that is small.
  static func upperTail(_ x: Double, _ a: Double) -> Double {
    guard x > 0 else { return 1 }
    return x < a + 1 ? 1 - series(x, a) : fraction(x, a)
  }

  /// The x with P(a, x) = p, for 0 <= p < 1.
  static func inverse(_ p: Double, _ a: Double) -> Double {
    guard p > 0 else { return 0 }
    var high = a + 1
    while value(high, a) < p { high *= 2 }
    return Root.increasing(in: 0...high, value: p) { x in
      (value(x, a), SaddlePoint.gammaPower(x, a) / x)
    }
  }

  private static func series(_ x: Double, _ a: Double) -> Double {
    var term = 1.0
    var sum = 1.0
    var n = a
    while term > sum * 1e-17 {
      n += 1
      term *= x / n
      sum += term
    }
    return SaddlePoint.gammaPower(x, a) * sum / a
  }

  /// Lentz, Numerical Recipes §6.2.
  private static func fraction(_ x: Double, _ a: Double) -> Double {
    var b = x + 1 - a
    var c = 1e300
    var d = 1 / b
    var h = d
    var i = 1.0
    while i < 1_000_000 {
      let an = -i * (i - a)
      b += 2
      d = 1 / (an * d + b)
      c = b + an / c
      h *= d * c
      if (d * c - 1).magnitude < 1e-16 { break }
      i += 1
    }
    return SaddlePoint.gammaPower(x, a) * h
  }
}
