/// Judges one number of several runs on each side (facts §3.4): an accuracy over seeds.
package enum SampleJudge {
  /// Fewer runs than this on a side show equivalence too rarely to be worth planning: 91 % of equal pairs
  /// at 30, 67 % at 20.
  package static let plannedRuns = 30

  /// The order of runs does not matter. A difference is tested by the energy distance (near Welch's test for
  /// shifts, and it sees a change of spread), equivalence by mean and spread.
  package static func judgement(
    terms: Terms, reference: [Double], recomputed: [Double]
  ) -> Judgement {
    let looks = terms.looks
    if let defect = defect(reference, recomputed, looks) { return defect }
    let (a, b) = (Moments(reference), Moments(recomputed))
    guard
      let equivalence = MeanEquivalence(
        a, b, margin: terms.contract[optional: .mean],
        ratioLimit: terms.contract[.deviationRatio], looks: looks)
    else {
      return undecided(terms, a.count, b.count)
    }
    let energy = EnergyDistance(reference, recomputed)
    let p = energy.permute(rounds: looks.rounds, seed: terms.seeds.seed(test: "energy")).pValue
    var judgement = Judgement(
      .inconclusive,
      tests: [.init("energy", energy.observed, pValue: p, threshold: Looks.divergence)]
        + equivalence.tests("sample", looks),
      looks: looks.number,
      findings: [
        "means \(fourDigits(a.mean)) of \(a.count) and \(fourDigits(b.mean)) of \(b.count) runs",
        "deviations \(fourDigits(a.deviation)) and \(fourDigits(b.deviation))",
      ])
    conclude(
      &judgement, terms, isShown: equivalence.isShown(looks),
      isDifferent: p < looks.level(Looks.divergence), runs: min(a.count, b.count))
    return judgement
  }

  /// The two-by-two table of a difference test and an equivalence test (facts §1).
  static func conclude(
    _ judgement: inout Judgement, _ terms: Terms, isShown: Bool, isDifferent: Bool, runs: Int
  ) {
    if isShown {
      judgement.verdict = .statisticallyEquivalent
      if isDifferent { judgement.flags.insert(.detectable) }
    } else if isDifferent {
      judgement.verdict = .divergent
    } else {
      // Half as many again where the plan's number did not decide; never beyond what the contract allows.
      let wanted = max(plannedRuns, runs * 3 / 2) - runs
      let left = terms.contract.nMax.map { $0 - runs } ?? wanted
      if left > 0 {
        judgement.need = .init(min(wanted, left), of: .samples)
      } else {
        judgement.findings.append("the contract allows no more than \(runs) runs: this stays")
      }
    }
  }

  private static func undecided(_ terms: Terms, _ n: Int, _ m: Int) -> Judgement {
    var judgement = Judgement(
      .inconclusive, looks: terms.looks.number,
      findings: ["\(n) and \(m) runs: two on each side are the least that has a spread"])
    conclude(&judgement, terms, isShown: false, isDifferent: false, runs: min(n, m))
    return judgement
  }

  /// A run that ended in NaN on one side only is no number to average.
  private static func defect(_ a: [Double], _ b: [Double], _ looks: Looks) -> Judgement? {
    let sick = (a.count { !$0.isFinite }, b.count { !$0.isFinite })
    guard sick.0 > 0 || sick.1 > 0 else { return nil }
    return .defect(
      .nonfinite, looks: looks.number,
      "\(sick.0) of the reference's runs and \(sick.1) of the others are NaN or infinite")
  }
}
