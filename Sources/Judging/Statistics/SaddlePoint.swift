internal import Glibc

/// Probabilities of the binomial and Poisson kind without the loss of digits that logarithms of factorials
/// bring (Loader, *Fast and Accurate Computation of Binomial Probabilities*, 2000).
enum SaddlePoint {
  /// x^a (1 - x)^b / B(a, b) for a, b > 0 and 0 < x < 1, given `y` = 1 - x.
  static func betaPower(_ x: Double, _ y: Double, _ a: Double, _ b: Double) -> Double {
    let n = a + b
    let exponent =
      stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * x)
      - deviance(b, n * y)
    return (a * b / (2 * .pi * n)).squareRoot() * exp(exponent)
  }

  /// x^a e^-x / Γ(a) for a, x > 0.
  static func gammaPower(_ x: Double, _ a: Double) -> Double {
    (a / (2 * .pi)).squareRoot() * exp(-stirlingError(a) - deviance(a, x))
  }

  /// log n! - log(√(2πn) (n/e)^n), for real n > 0.
  static func stirlingError(_ n: Double) -> Double {
    // The series from 16 on; below, log Γ(n) is carried down from there by Γ(n) = Γ(n + 1) / n.
    guard n < 16 else { return series(n) }
    var shifted = n
    var product = 1.0
    while shifted < 16 {
      product *= shifted
      shifted += 1
    }
    let logGamma =
      (shifted - 0.5) * log(shifted) - shifted + 0.5 * log(2 * .pi) + series(shifted) - log(product)
    return logGamma - (n - 0.5) * log(n) + n - 0.5 * log(2 * .pi)
  }

  private static func series(_ n: Double) -> Double {
    let square = n * n
    let coefficients: [Double] = [
      1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360, 1 / 156, -3617 / 122_400,
    ]
    var sum = 0.0
    for c in coefficients.reversed() { sum = sum / square + c }
    return sum / n
  }

  /// x log(x / m) + m - x, exact to the last digits also where x is near m.
  static func deviance(_ x: Double, _ m: Double) -> Double {
    guard (x - m).magnitude < 0.1 * (x + m) else { return x * log(x / m) + m - x }
    let v = (x - m) / (x + m)
    var sum = (x - m) * v
    var term = 2 * x * v
    var j = 1.0
    while true {
      term *= v * v
      let next = sum + term / (2 * j + 1)
      if next == sum { return sum }
      sum = next
      j += 1
    }
  }
}
