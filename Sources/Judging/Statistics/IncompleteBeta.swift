/// The regularised incomplete beta function I_x(a, b): the distribution function of Beta(a, b).
enum IncompleteBeta {
  /// I_x(a, b) for a, b > 0; x below 0 or above 1 counts as 0 or 1. `complement` is 1 - x, for callers
  /// that know it better than a subtraction would.
  static func value(_ x: Double, _ a: Double, _ b: Double, complement: Double? = nil) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    let y = complement ?? 1 - x
    // The fraction converges fast on the left of the mean only.
    return x <= (a + 1) / (a + b + 2)
      ? lower(x, y, a, b) : 1 - lower(y, x, b, a)
  }

  /// 1 - I_x(a, b), exact where that is small.
  static func upperTail(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 1 }
    guard x < 1 else { return 0 }
    return value(1 - x, b, a, complement: x)
  }

  /// The x with I_x(a, b) = p.
  static func inverse(_ p: Double, _ a: Double, _ b: Double) -> Double {
    guard p > 0 else { return 0 }
    guard p < 1 else { return 1 }
    return Root.increasing(in: 0...1, value: p) { x in
      (value(x, a, b), SaddlePoint.betaPower(x, 1 - x, a, b) / (x * (1 - x)))
    }
  }

  /// The continued fraction of Numerical Recipes §6.4 (Lentz), times x^a y^b / (a B(a, b)).
  private static func lower(_ x: Double, _ y: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    func kept(_ value: Double) -> Double { value.magnitude < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / kept(1 - (a + b) * x / (a + 1))
    var fraction = d
    var m = 1.0
    // Converges within O(√max(a, b)) steps; the bound is far beyond any number of items.
    while m < 1_000_000 {
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / kept(1 + even * d)
      c = kept(1 + even / c)
      fraction *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / kept(1 + odd * d)
      c = kept(1 + odd / c)
      fraction *= d * c
      if (d * c - 1).magnitude < 1e-16 { break }
      m += 1
    }
    return SaddlePoint.betaPower(x, y, a, b) * fraction / a
  }
}
