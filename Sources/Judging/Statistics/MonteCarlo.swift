/// A p-value from random rearrangements.
struct MonteCarlo: Sendable, Equatable {
  let rounds: Int
  /// Rearrangements at least as extreme as what was observed.
  let extreme: Int

  /// Counts the observed arrangement among its rearrangements: never 0, and valid at any level (Phipson
  /// and Smyth 2010).
  var pValue: Double { Double(extreme + 1) / Double(rounds + 1) }

  /// How many rearrangements a decision at `level` takes: the smallest p-value that they can give lies 20
  /// times below it. 1,999 for 1 %, more for a look that may spend less; never more than 99,999.
  static func rounds(level: Double) -> Int {
    min(99_999, max(1999, Int((20 / level).rounded()) - 1))
  }

  /// - Parameter statistic: of one rearrangement, drawn with the generator. Ties count as extreme, those
  ///   within rounding of the observed value too: equal sums taken in another order differ in their last
  ///   digits.
  static func run(
    rounds: Int, seed: UInt64, observed: Double,
    statistic: (inout SeededGenerator) -> Double
  ) -> MonteCarlo {
    var generator = SeededGenerator(seed: seed)
    let limit = observed - 1e-10 * max(observed.magnitude, .leastNormalMagnitude)
    var extreme = 0
    for _ in 0..<rounds where statistic(&generator) >= limit { extreme += 1 }
    return MonteCarlo(rounds: rounds, extreme: extreme)
  }
}
