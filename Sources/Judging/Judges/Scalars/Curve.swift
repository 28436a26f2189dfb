internal import Glibc

/// A training curve: losses at steps.
package struct Curve: Sendable, Equatable {
  package let steps: [Int]
  package let losses: [Double]

  /// - Precondition: as many losses as steps, steps ascending, at least one.
  package init(steps: [Int], losses: [Double]) {
    precondition(steps.count == losses.count && !steps.isEmpty, "a loss at each step")
    precondition(zip(steps, steps.dropFirst()).allSatisfy { $0 < $1 }, "steps that ascend")
    self.steps = steps
    self.losses = losses
  }

  static let bins = 20

  /// The mean logarithm of the loss in each of so many equal parts of the steps from `first` to `last`; a
  /// part without a step takes the one before it. Losses are floored at 1e-8.
  func binned(from first: Int, to last: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: Self.bins)
    var counts = [Int](repeating: 0, count: Self.bins)
    for (step, loss) in zip(steps, losses) {
      let place = (step - first) * Self.bins / max(last - first + 1, 1)
      let bin = min(max(place, 0), Self.bins - 1)
      sums[bin] += log(max(loss, 1e-8))
      counts[bin] += 1
    }
    var last = log(max(losses[0], 1e-8))
    return zip(sums, counts).map { sum, count in
      if count > 0 { last = sum / Double(count) }
      return last
    }
  }

  var isFinite: Bool { losses.allSatisfy(\.isFinite) }
}
