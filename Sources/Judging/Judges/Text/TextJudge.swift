/// Judges free text of unknown seeds (facts §3.6): several completions of several prompts on each side.
///
/// Text alone cannot tell a model from a close relative: at 20 prompts of 20 completions a version 60
/// training steps on, or int4 weights, are found in 0 to 3 %. So equivalence is claimed only where the
/// reference model has also scored the completions, which finds more; without scores the best answer is
/// `inconclusive` with `no_evidence`. Where seeds can be recorded, `tokens` is the type to use.
package enum TextJudge {
  /// Fewer decide too rarely: 10 completions a prompt show half of equal pairs equivalent, 20 show 95 %.
  package static let fewestPrompts = 20
  package static let fewestCompletions = 20

  package static func judgement(terms: Terms, prompts: [PromptAnswers]) -> Judgement {
    let looks = terms.looks
    if prompts.allSatisfy({ tokens($0.reference) == tokens($0.recomputed) }) {
      return Judgement(.bitIdentical, looks: looks.number)
    }
    if let missing = prompts.firstIndex(where: { $0.reference.isEmpty || $0.recomputed.isEmpty }) {
      return .defect(
        .shape, looks: looks.number, "prompt \(missing) has no completion on one side")
    }
    // One completion each is a pair to compare, not a sample.
    let isPaired = prompts.allSatisfy { $0.reference.count == 1 && $0.recomputed.count == 1 }
    if isPaired, let cut = prompts.firstIndex(where: isCut) {
      return .defect(.truncated, looks: looks.number, "completion \(cut) was cut off")
    }
    let fewest = prompts.map { min($0.reference.count, $0.recomputed.count) }.min() ?? 0
    guard prompts.count > 1, fewest > 1 else {
      return undecided(terms, prompts.count, fewest)
    }
    return decide(terms, prompts, fewest)
  }

  private static func decide(
    _ terms: Terms, _ prompts: [PromptAnswers], _ fewest: Int
  ) -> Judgement {
    let looks = terms.looks
    let level = looks.level(Looks.equivalence)
    let reach = StudentT.quantile(1 - level, df: Double(prompts.count - 1))
    let distance = TextDistance(
      prompts, rounds: looks.rounds, seed: terms.seeds.seed(test: "mmd_hamming"))
    let upper = distance.share(distance.square + reach * distance.deviation)
    let distanceMargin = terms.contract[.textDistance]
    var judgement = Judgement(
      .inconclusive,
      tests: [
        .init(
          "text_distance", distance.share(distance.square), interval: 0...upper,
          pValue: distance.test.pValue, threshold: distanceMargin)
      ], looks: looks.number,
      findings: ["\(prompts.count) prompts, at least \(fewest) completions of each on a side"])
    var p = distance.test.pValue
    var isShown = upper <= distanceMargin
    if let shift = LikelihoodShift(
      prompts, rounds: looks.rounds, seed: terms.seeds.seed(test: "log_likelihood"))
    {
      let margin = terms.contract[.logLikelihood]
      let half = reach * shift.standardError
      judgement.tests.append(
        .init(
          "log_likelihood.shift", shift.mean.magnitude,
          interval: shift.mean - half...shift.mean + half, pValue: shift.test.pValue,
          threshold: margin))
      p = min(1, 2 * min(p, shift.test.pValue))
      isShown = isShown && shift.mean.magnitude + half <= margin
    } else {
      judgement.flags.insert(.noEvidence)
      judgement.findings.append(
        "the reference model has not scored the completions: text alone shows no equivalence")
      isShown = false
    }
    let isEnough = prompts.count >= fewestPrompts && fewest >= fewestCompletions
    let isDifferent = p < looks.level(Looks.divergence)
    if isShown, isEnough {
      judgement.verdict = .statisticallyEquivalent
      if isDifferent { judgement.flags.insert(.detectable) }
    } else if isDifferent {
      judgement.verdict = .divergent
    } else if isEnough, judgement.flags.contains(.noEvidence) {
      judgement.need = .init(1, of: .evidence)
    } else {
      judgement.need = need(prompts.count, fewest)
    }
    return judgement
  }

  private static func undecided(_ terms: Terms, _ prompts: Int, _ fewest: Int) -> Judgement {
    Judgement(
      .inconclusive, flags: [.noEvidence], need: need(prompts, fewest), looks: terms.looks.number,
      findings: ["texts differ, and \(prompts) prompts of \(fewest) completions show nothing more"])
  }

  /// Prompts first: completions of few prompts say little about others.
  private static func need(_ prompts: Int, _ completions: Int) -> Judgement.Need {
    if prompts < fewestPrompts { return .init(fewestPrompts - prompts, of: .prompts) }
    let wanted = max(fewestCompletions, completions * 2)
    return .init(wanted - completions, of: .completionsPerPrompt)
  }

  private static func tokens(_ completions: [Completion]) -> [[Int32]] { completions.map(\.tokens) }

  private static func isCut(_ prompt: PromptAnswers) -> Bool {
    let (r, t) = (prompt.reference[0].tokens, prompt.recomputed[0].tokens)
    return t.count < r.count && r.starts(with: t)
  }
}
