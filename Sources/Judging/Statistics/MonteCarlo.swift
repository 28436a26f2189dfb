/// A p-value from random rearrangements.
struct MonteCarlo: Sendable, Equatable {
  /// Rearrangements that were made.
  let rounds: Int
  /// Rearrangements at least as extreme as what was observed.
  let extreme: Int

  /// Counts the observed arrangement among its rearrangements: never 0, and valid at any level (Phipson
  /// and Smyth 2010).
  var pValue: Double { Double(extreme + 1) / Double(rounds + 1) }

  /// How many rearrangements a decision at `level` takes: the smallest p-value that they can give lies 20
  /// times below it. 1,999 for 1 %, more for a look that may spend less; never more than 99,999.
  static func rounds(level: Double) -> Int {
    min(99_999, max(fewestRounds, Int((20 / level).rounded()) - 1))
  }

  private static let fewestRounds = 1999
  /// Five times as many as the largest p-value has that `rounds(level:)` lets reject.
  private static let enoughExtremes = 100

  /// Makes so many rearrangements, or fewer: from the 1,999th on it ends once 100 were extreme. That p-value is
  /// as valid (Besag and Clifford 1991), known to a tenth of itself, and far from any level at which so many
  /// rearrangements are asked for; a look of several takes a tenth of the time.
  ///
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
    var done = 0
    while done < rounds, done < fewestRounds || extreme < enoughExtremes {
      if statistic(&generator) >= limit { extreme += 1 }
      done += 1
    }
    return MonteCarlo(rounds: done, extreme: extreme)
  }
}
