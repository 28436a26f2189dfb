/// Count, mean and variance of numbers that come one by one (Welford 1962): exact where sums of squares
/// would cancel.
struct Moments: Sendable, Equatable {
  private(set) var count = 0
  private(set) var mean = 0.0
  private var squares = 0.0

  init() {}

  init(_ values: some Sequence<Double>) {
    for value in values { add(value) }
  }

  mutating func add(_ value: Double) {
    count += 1
    let delta = value - mean
    mean += delta / Double(count)
    squares += delta * (value - mean)
  }

  /// Unbiased; 0 for fewer than two.
  var variance: Double { count > 1 ? squares / Double(count - 1) : 0 }
  var deviation: Double { variance.squareRoot() }
}
