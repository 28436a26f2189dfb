/// Where an increasing function takes a value.
enum Root {
  /// Newton steps inside a bracket that every step makes smaller; where a step would leave it, halving
  /// (geometric, once the lower end is positive, so that tiny roots come out with all their digits).
  static func increasing(
    in range: ClosedRange<Double>, value: Double,
    _ function: (Double) -> (value: Double, slope: Double)
  ) -> Double {
    var (low, high) = (range.lowerBound, range.upperBound)
    var x = 0.5 * (low + high)
    for _ in 0..<2000 {
      let (y, slope) = function(x)
      if y == value { return x }
      if y < value { low = x } else { high = x }
      let newton = x - (y - value) / slope
      let middle = low > 0 && high > 4 * low ? (low * high).squareRoot() : 0.5 * (low + high)
      let next = newton > low && newton < high ? newton : low == 0 ? high / 16 : middle
      if (next - x).magnitude <= 4e-16 * x.magnitude || next == low || next == high { return next }
      x = next
    }
    return x
  }
}
