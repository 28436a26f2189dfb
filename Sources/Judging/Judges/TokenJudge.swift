/// Judges token sequences whose seeds are recorded, or that are greedy (facts §3.5).
///
/// Sequences that differ prove nothing by themselves: one near-tie forks the rest. What decides is the
/// evidence of a teacher-forced pass: the recomputed model reads the reference's tokens and says for each
/// what it would have cost to choose it.
package struct TokenJudge: Sendable {
  /// What the recomputed model says of one token of the reference.
  package struct Evidence: Sendable, Equatable {
    /// The difference of the token's log-probability, recomputed less reference.
    package let logProbabilityShift: Double
    /// How far the token lies behind the best one, with the request's own noise, in logits over
    /// temperature: 0 where it would be chosen again.
    package let deficit: Double

    package init(logProbabilityShift: Double, deficit: Double) {
      self.logProbabilityShift = logProbabilityShift
      self.deficit = deficit
    }
  }

  private let terms: Terms
  private let counts: RowCounts
  private var sequences = 0
  private var unequal = 0
  private var firstUnequal: Int?
  private var truncated: Int?
  private var withoutEvidence = 0
  private var shifts: [(sum: Double, count: Int)] = []
  private var tokens = 0
  private var mismatches = 0
  private var unexplained = 0
  private var largestDeficit = 0.0
  private var largestAt = (sequence: 0, token: 0)
  private var nonfinite: Int?

  /// Sequences of which the mean of log-probabilities may be trusted.
  package static let fewestSequences = 30
  /// Teacher-forced tokens that may differ with the seed fixed: others report more than 98 % agreement.
  static let mismatchShare = 0.02

  /// - Parameters: how many sequences each side has.
  package init(terms: Terms, reference: Int, recomputed: Int) {
    self.terms = terms
    counts = RowCounts(reference: reference, recomputed: recomputed)
  }

  /// Takes in the next sequence of both sides. `evidence` is of the reference's tokens, one each; empty
  /// where none was stored. `endOfSequence`: the token that ends one; a recomputed sequence that is the
  /// proper beginning of the reference and does not end in it was cut off.
  package mutating func add(
    _ reference: [Int32], _ recomputed: [Int32], evidence: [Evidence] = [],
    endOfSequence: Int32? = nil
  ) throws(JudgingError) {
    guard evidence.isEmpty || evidence.count == reference.count else {
      throw JudgingError(
        .blocks,
        "sequence \(sequences) has \(reference.count) tokens and \(evidence.count) of evidence"
      )
    }
    if reference != recomputed {
      unequal += 1
      firstUnequal = firstUnequal ?? sequences
      let isCut = recomputed.count < reference.count && reference.starts(with: recomputed)
      if isCut, recomputed.last != endOfSequence || endOfSequence == nil {
        truncated = truncated ?? sequences
      }
      if evidence.isEmpty { withoutEvidence += 1 }
    }
    if !evidence.isEmpty { take(evidence) }
    sequences += 1
  }

  private mutating func take(_ evidence: [Evidence]) {
    var sum = 0.0
    for (place, token) in evidence.enumerated() {
      guard token.deficit.isFinite, token.logProbabilityShift.isFinite else {
        nonfinite = nonfinite ?? sequences
        continue
      }
      sum += token.logProbabilityShift.magnitude
      if token.deficit > 0 { mismatches += 1 }
      if token.deficit > terms.contract[.tokenDeficit] { unexplained += 1 }
      if token.deficit > largestDeficit {
        (largestDeficit, largestAt) = (token.deficit, (sequences, place))
      }
    }
    tokens += evidence.count
    shifts.append((sum, evidence.count))
  }

  /// The verdict; throws `blocks` if not all common sequences were read.
  package func judgement() throws(JudgingError) -> Judgement {
    guard sequences == counts.common else {
      throw JudgingError(.blocks, "\(sequences) of \(counts.common) sequences were read")
    }
    let looks = terms.looks
    if let defect = counts.defect(isEqual: unequal == 0, looks: looks) { return defect }
    if unequal == 0 { return Judgement(.bitIdentical, looks: looks.number) }
    if let truncated {
      return .defect(.truncated, looks: looks.number, "sequence \(truncated) was cut off")
    }
    if let nonfinite {
      return .defect(
        .nonfinite, looks: looks.number, "the evidence of sequence \(nonfinite) is not finite")
    }
    let found = "\(unequal) of \(sequences) sequences differ, the first is \(firstUnequal ?? 0)"
    guard withoutEvidence == 0 else {
      return Judgement(
        .inconclusive, flags: [.noEvidence], need: .init(1, of: .evidence), looks: looks.number,
        findings: [found, "no evidence was stored for \(withoutEvidence) of them"])
    }
    return decide(found)
  }

  private func decide(_ found: String) -> Judgement {
    let looks = terms.looks
    let deficit = terms.envelope(
      "token_deficit.max", default: NumericalEnvelope.deficit(terms.compute))
    let close = terms.envelope(
      "log_probability.mean", default: NumericalEnvelope.logProbability(terms.compute))
    let mean = MeanBound(
      estimate: MeanEstimate(clusters: shifts), limit: terms.contract[.logProbability])
    let mismatch = Double(mismatches) / Double(max(tokens, 1))
    let allowed = max(1, 1e-4 * Double(tokens))
    var flags: Set<Flag> = deficit.isMeasured ? [] : [.uncalibrated]
    if Double(unexplained) > allowed { flags.insert(.unexplainedFlips) }
    if let limit = close.value, mean.estimate.mean > 10 * limit { flags.insert(.unexplainedDrift) }
    var judgement = Judgement(
      .inconclusive, flags: flags,
      tests: [
        .init("token_deficit.max", largestDeficit, threshold: deficit.value ?? 0),
        .init("token_deficit.unexplained", Double(unexplained), threshold: allowed),
        .init("token_mismatch.share", mismatch, threshold: Self.mismatchShare),
        mean.test("log_probability.mean", looks),
      ], looks: looks.number,
      findings: [
        found,
        "token \(largestAt.token) of sequence \(largestAt.sequence) costs most: \(fourDigits(largestDeficit))",
      ])
    if deficit.admits(largestDeficit), close.admits(mean.estimate.mean),
      mismatch <= Self.mismatchShare
    {
      judgement.verdict = .numericallyEquivalent
    } else if Double(unexplained) > allowed || mean.isBeyond(looks) {
      judgement.verdict = .divergent
    } else if mean.isWithin(looks), shifts.count >= Self.fewestSequences {
      judgement.verdict = .statisticallyEquivalent
    } else {
      judgement.need = .init(mean.need(looks, fewest: Self.fewestSequences), of: .sequences)
    }
    return judgement
  }
}
