import Judging
import StemmaCrypto

/// One plan of looking at two outputs, carried out on a truth.
struct Study: Sendable {
  let scenario: Scenario
  let effect: Double
  let plan: Plan

  enum Plan: String, Sendable {
    /// One look at as many items as the method asks for.
    case single
    /// Ten planned looks at outputs that grow.
    case growing
    /// Ten planned looks, each at outputs made anew.
    case fresh
    /// At most ten planned looks: after each that is inconclusive as many items more as it says it needs.
    case followed
  }

  static let looks = 10
  /// Items beyond which a study that follows its needs gives up.
  static let mostItems = 40_000

  /// What came of it, in any of its looks. Equal bytes and envelopes are no claims of equivalence to a margin:
  /// they say something of these two outputs, and it is so.
  struct Outcome: Sendable {
    var isDivergent = false
    var isEquivalent = false
    var items = 0
  }

  /// Carries it out with the random numbers of one repetition.
  func run(repetition: Int, seed: UInt64) throws -> Outcome {
    let study = "\(scenario.name) \(effect) \(plan.rawValue) \(repetition)"
    var draws = Draws(seed: seed, study: study)
    var pair = scenario.make(effect)
    var outcome = Outcome()
    for look in 1...(plan == .single ? 1 : Self.looks) {
      if plan == .fresh { pair = scenario.make(effect) }
      let wanted = plan == .growing ? look * scenario.step : scenario.size
      pair.grow(to: max(pair.items, wanted), &draws)
      outcome.items = pair.items
      let judgement = try judge(pair, look: look, study: study)
      outcome.isDivergent = outcome.isDivergent || judgement.verdict == .divergent
      outcome.isEquivalent =
        outcome.isEquivalent || judgement.verdict == .statisticallyEquivalent
      if plan == .followed {
        guard judgement.verdict == .inconclusive, let need = judgement.need,
          pair.items < Self.mostItems
        else { break }
        pair.grow(to: min(pair.items + need.count, Self.mostItems), &draws)
      } else if outcome.isDivergent, outcome.isEquivalent {
        break
      }
    }
    return outcome
  }

  /// No compute type is declared: without envelopes every verdict rests on statistics.
  private func judge(_ pair: any SimulatedPair, look: Int, study: String) throws -> Judgement {
    let looks = plan == .single ? Looks.single : Looks(number: look, planned: Self.looks)
    let nothing = SHA256.digest(of: [])
    return try pair.judgement(
      Terms(
        compute: .undeclared, looks: looks,
        seeds: SeedRule(view: study, reference: nothing, recomputed: nothing)))
  }
}
