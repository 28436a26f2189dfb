/// How often a comparison is looked at, and what each look may spend of the error that is allowed.
///
/// Somebody who looks ten times and stops at the first alarm has ten chances of a false one. A planned
/// sequence shares the error equally (Bonferroni): whatever the dependence, the sum is kept. A look that
/// nobody planned spends `1/(k(k+1))` of it, so that any number of them adds at most half.
package struct Looks: Sendable, Equatable {
  /// This look, counted from 1; recomputations that failed or were discarded count too.
  package let number: Int
  /// How many were planned from the start.
  package let planned: Int

  package init(number: Int = 1, planned: Int = 1) {
    precondition(number >= 1 && planned >= 1, "looks are counted from 1")
    self.number = number
    self.planned = planned
  }

  package static let single = Looks()

  /// Whether this is one look of several.
  package var isRepeated: Bool { number > 1 || planned > 1 }

  /// What this look may spend of `level`.
  package func level(_ level: Double) -> Double {
    number <= planned
      ? level / Double(planned) : level / (Double(number) * Double(number + 1))
  }

  /// Rearrangements for a difference test of this look.
  var rounds: Int { MonteCarlo.rounds(level: level(Self.divergence)) }

  /// The chance of a false `divergent` that a view allows in all.
  package static let divergence = 0.01
  /// The chance of a false equivalence at the margin that a view allows in all.
  package static let equivalence = 0.05
}
