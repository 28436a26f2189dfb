/// Count, mean, variance and skewness of numbers that come one by one (Welford 1962, Pébay 2008): exact
/// where sums of powers would cancel.
struct Moments: Sendable, Equatable {
  private(set) var count = 0
  private(set) var mean = 0.0
  private var squares = 0.0
  private var cubes = 0.0

  init() {}

  init(_ values: some Sequence<Double>) {
    for value in values { add(value) }
  }

  mutating func add(_ value: Double) {
    count += 1
    let n = Double(count)
    let delta = value - mean
    let step = delta / n
    let square = delta * step * (n - 1)
    mean += step
    cubes += square * step * (n - 2) - 3 * step * squares
    squares += square
  }

  /// Unbiased; 0 for fewer than two.
  var variance: Double { count > 1 ? squares / Double(count - 1) : 0 }
  /// Of the values themselves, not of a population; 0 where they do not vary.
  var skewness: Double {
    guard count > 1, squares > 0 else { return 0 }
    let n = Double(count)
    return (cubes / n) / ((squares / n) * (squares / n).squareRoot())
  }

  var deviation: Double { variance.squareRoot() }
}
