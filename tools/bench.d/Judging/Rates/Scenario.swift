import Canonical
import Glibc
import Judging

/// Two outputs of one view as a simulation makes them.
protocol SimulatedPair {
  /// Items (rows, runs, prompts, …) on each side.
  var items: Int { get }
  /// Adds items, the same truth behind each.
  mutating func grow(to items: Int, _ draws: inout Draws)
  func judgement(_ terms: Terms) throws -> Judgement
  /// What was judged, for whoever computes the same tests with other software.
  var data: [(String, JSONValue)] { get }
}

/// A truth about two executions, in units of one margin of the contract: at 0 both come from one model, at 1
/// they differ by exactly what does not matter, at 2 by twice that.
struct Scenario: Sendable {
  let type: OutputType
  /// What is at stake, as contracts call it.
  let margin: Margin
  /// Of several scenarios of one margin.
  var form: String?
  /// Items of the first look: the fewest that the method asks for.
  let size: Int
  /// By how much ten looks at growing outputs grow.
  let step: Int
  /// Whether `divergent` says that the margin is exceeded. Where it says that a difference exists (tests of
  /// two samples), it is no error at the margin.
  let convictsBeyondMargin: Bool
  /// Whether equivalence is a claim about this margin.
  var showsEquivalence = true
  let make: @Sendable (_ effect: Double) -> any SimulatedPair

  /// The effect of honest executions: a tenth of the margin where that is what is tested, since without any
  /// difference nothing would be.
  var honest: Double { convictsBeyondMargin ? 0.1 : 0 }

  /// `labels.category_share.draws`.
  var name: String {
    ([type.rawValue, margin.rawValue] + [form].compactMap(\.self)).joined(separator: ".")
  }
}

extension Scenario {
  static let all: [Scenario] = [
    Scenario(
      type: .tensor, margin: .rowShare, size: 59, step: 59, convictsBeyondMargin: true,
      make: { RowPair(driftingShare: 0.05 * $0, commonDrift: 0) }),
    Scenario(
      type: .tensor, margin: .commonDrift, size: 59, step: 59, convictsBeyondMargin: true,
      make: { RowPair(driftingShare: 0, commonDrift: 4e-3 * $0) }),
    Scenario(
      type: .probabilities, margin: .totalVariationShare, size: 299, step: 299,
      convictsBeyondMargin: true,
      make: { DistributionPair(varyingShare: 0.01 * $0, meanVariation: 0.002) }),
    Scenario(
      type: .probabilities, margin: .meanTotalVariation, size: 299, step: 299,
      convictsBeyondMargin: true,
      make: { DistributionPair(varyingShare: 0, meanVariation: 0.005 * $0) }),
    Scenario(
      type: .labels, margin: .flipShare, size: 598, step: 598, convictsBeyondMargin: true,
      make: { LabelPair(flips: [0.005 * $0]) }),
    // The rarest of five classes flips, and hides in the total. Equivalence is a claim about the total.
    Scenario(
      type: .labels, margin: .classFlipShare, size: 10_000, step: 1000, convictsBeyondMargin: true,
      showsEquivalence: false, make: { LabelPair(flips: [0, 0, 0, 0, 0.05 * $0]) }),
    Scenario(
      type: .labels, margin: .categoryShare, form: "draws", size: 600, step: 100,
      convictsBeyondMargin: false, make: { DrawPair(shift: 0.05 * $0) }),
    Scenario(
      type: .scalars, margin: .mean, form: "runs", size: 30, step: 10,
      convictsBeyondMargin: false, make: { RunPair(shift: $0, deviation: 1) }),
    Scenario(
      type: .scalars, margin: .deviationRatio, form: "runs", size: 30, step: 10,
      convictsBeyondMargin: false, make: { RunPair(shift: 0, deviation: pow(2, $0)) }),
    Scenario(
      type: .scalars, margin: .mean, form: "curves", size: 30, step: 6,
      convictsBeyondMargin: false, make: { CurvePair(shift: $0) }),
    Scenario(
      type: .tokens, margin: .logProbability, size: 30, step: 30, convictsBeyondMargin: true,
      make: { SequencePair(meanShift: 0.01 * $0) }),
    Scenario(
      type: .text, margin: .textDistance, size: 20, step: 2, convictsBeyondMargin: false,
      make: { CompletionPair(novelty: 0.15 * $0, likelihoodShift: 0) }),
    Scenario(
      type: .text, margin: .logLikelihood, size: 20, step: 2, convictsBeyondMargin: false,
      make: { CompletionPair(novelty: 0, likelihoodShift: 0.3 * $0) }),
    Scenario(
      type: .ranking, margin: .rankOverlap, form: "few_replaced", size: 59, step: 59,
      convictsBeyondMargin: true, make: { ListPair(distance: 0.05 * $0, change: .replaced) }),
    Scenario(
      type: .ranking, margin: .rankOverlap, form: "many_reordered", size: 59, step: 59,
      convictsBeyondMargin: true, make: { ListPair(distance: 0.05 * $0, change: .tailReversed) }),
    Scenario(
      type: .ranking, margin: .topChangeShare, size: 59, step: 59, convictsBeyondMargin: true,
      make: { ListPair(distance: 0.1 * 0.1 * $0, change: .topSwapped) }),
  ]
}
