/// Two samples that might be one: tests on the distances of all pairs, by permutation within blocks.
///
/// The energy distance (Székely and Rizzo 2004) and the unbiased MMD² (Gretton et al. 2012) are the same
/// sum over pairs with another kernel, so one permutation serves both.
struct TwoSample: Sendable {
  /// Kernel or distance of each pair, blockwise: only pairs within a block count.
  private let blocks: [Block]

  fileprivate struct Block: Sendable {
    /// How many of its members belong to the first sample; those come first.
    let first: Int
    let count: Int
    /// `count` squared numbers, symmetric; the diagonal is never read.
    let pairs: [Double]
    /// The sums of the rows, and of all.
    let totals: [Double]
    let total: Double
  }

  /// - Parameter blocks: for each block the sizes of the two samples and what a pair contributes.
  init(blocks: [(first: Int, second: Int)], pair: (_ block: Int, _ i: Int, _ j: Int) -> Double) {
    self.blocks = blocks.enumerated().map { b, sizes in
      let count = sizes.first + sizes.second
      var pairs = [Double](repeating: 0, count: count * count)
      for i in 0..<count {
        for j in 0..<i {
          let value = pair(b, i, j)
          pairs[i * count + j] = value
          pairs[j * count + i] = value
        }
      }
      let totals = (0..<count).map { pairs[$0 * count..<($0 + 1) * count].reduce(0, +) }
      return Block(
        first: sizes.first, count: count, pairs: pairs, totals: totals, total: totals.reduce(0, +))
    }
  }

  /// What the pairs' sums are combined to.
  enum Statistic: Sendable {
    /// 2 E|X - Y| - E|X - X'| - E|Y - Y'|, means over all pairs with i = j among them (V-statistic, as
    /// SciPy's square of `energy_distance`).
    case energy
    /// E k(X, X') + E k(Y, Y') - 2 E k(X, Y), without i = j (unbiased).
    case discrepancy
  }

  /// The mean over the blocks.
  func observed(_ statistic: Statistic) -> Double {
    perBlock(statistic).reduce(0, +) / Double(blocks.count)
  }

  /// One value a block.
  func perBlock(_ statistic: Statistic) -> [Double] {
    blocks.map { block in
      block.value(statistic, order: (0..<Int32(block.count)).map(\.self))
    }
  }

  /// The mean of what a pair within the first sample contributes, over the blocks.
  var meanWithinFirst: Double {
    let sums = blocks.map { block in
      let sums = block.sums(order: (0..<Int32(block.count)).map(\.self))
      return sums.first / (Double(block.first) * Double(block.first - 1))
    }
    return sums.reduce(0, +) / Double(blocks.count)
  }

  /// The permutation test and the standard deviation of the permuted statistic.
  func permute(
    _ statistic: Statistic, rounds: Int, seed: UInt64
  ) -> (test: MonteCarlo, deviation: Double) {
    var orders = blocks.map { block in (0..<Int32(block.count)).map(\.self) }
    var moments = Moments()
    let test = MonteCarlo.run(rounds: rounds, seed: seed, observed: observed(statistic)) {
      generator in
      var sum = 0.0
      for b in blocks.indices {
        generator.draw(blocks[b].first, of: &orders[b])
        sum += blocks[b].value(statistic, order: orders[b])
      }
      let value = sum / Double(blocks.count)
      moments.add(value)
      return value
    }
    return (test, moments.deviation)
  }
}

extension TwoSample.Block {
  /// Sums over ordered pairs within the first, within the second sample, and over pairs across.
  ///
  /// Only pairs of the first are visited: what they leave of their rows goes across, and what is left of
  /// all is within the second.
  func sums(order: [Int32]) -> (first: Double, second: Double, across: Double) {
    var within = 0.0
    var rows = 0.0
    for i in 0..<first {
      let row = Int(order[i]) * count
      rows += totals[Int(order[i])]
      for j in 0..<i { within += pairs[row + Int(order[j])] }
    }
    let across = rows - 2 * within
    return (2 * within, total - 2 * rows + 2 * within, across)
  }

  func value(_ statistic: TwoSample.Statistic, order: [Int32]) -> Double {
    let sums = sums(order: order)
    let (m, n) = (Double(first), Double(count - first))
    return switch statistic {
    case .energy: 2 * sums.across / (m * n) - sums.first / (m * m) - sums.second / (n * n)
    case .discrepancy:
      sums.first / (m * (m - 1)) + sums.second / (n * (n - 1)) - 2 * sums.across / (m * n)
    }
  }
}
