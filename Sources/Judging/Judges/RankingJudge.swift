/// Judges ranked lists, query by query (facts §3.7).
package struct RankingJudge: Sendable {
  private let terms: Terms
  private let counts: RowCounts
  private var queries = 0
  private var isEqual = true
  private var distances = Moments()
  private var worst = (distance: -1.0, query: 0)
  private var topChanges = 0
  private var drift: Double? = 0
  private var defect: Judgement?

  /// Queries whose mean may be trusted. 29 can show that at most 10 % of first answers change, but not that
  /// the mean distance is at most 5 %: were one list in 20 another one altogether, 29 queries would meet none
  /// in 23 % of samples, and 59 in 4.8 %.
  package static let fewestQueries = 59

  /// - Parameters: how many queries each side answers.
  package init(terms: Terms, reference: Int, recomputed: Int) {
    self.terms = terms
    counts = RowCounts(reference: reference, recomputed: recomputed)
  }

  /// Takes in both answers to the next query.
  package mutating func add(_ reference: RankedList, _ recomputed: RankedList) {
    note(reference, "the reference")
    note(recomputed, "the recomputed output")
    if reference != recomputed || !haveEqualBits(reference, recomputed) { isEqual = false }
    let distance = 1 - RankedList.overlap(reference, recomputed)
    distances.add(max(0, distance))
    if distance > worst.distance { worst = (distance, queries) }
    if reference.ids.first != recomputed.ids.first { topChanges += 1 }
    if let here = RankedList.scoreDrift(reference, recomputed) {
      drift = drift.map { max($0, here) }
    } else {
      drift = nil
    }
    queries += 1
  }

  private func haveEqualBits(_ a: RankedList, _ b: RankedList) -> Bool {
    zip(a.scores ?? [], b.scores ?? []).allSatisfy { $0.bitPattern == $1.bitPattern }
  }

  private mutating func note(_ list: RankedList, _ side: String) {
    guard defect == nil else { return }
    if list.hasDuplicates {
      defect = .defect(
        .rowKeys, looks: terms.looks.number, "query \(queries) of \(side) ranks an id twice")
    }
    if list.scores?.contains(where: { !$0.isFinite }) ?? false {
      defect = .defect(
        .nonfinite, looks: terms.looks.number,
        "query \(queries) of \(side) has a score that is not finite")
    }
  }

  /// The verdict; throws `blocks` if not all common queries were read.
  package func judgement() throws(JudgingError) -> Judgement {
    guard queries == counts.common else {
      throw JudgingError(.blocks, "\(queries) of \(counts.common) queries were read")
    }
    let looks = terms.looks
    if let defect = counts.defect(isEqual: isEqual, looks: looks) { return defect }
    if isEqual { return Judgement(.bitIdentical, looks: looks.number) }
    if let defect { return defect }
    return decide()
  }

  private func decide() -> Judgement {
    let looks = terms.looks
    // Swaps of ids whose scores lie within two envelopes of each other are near-ties.
    let near = terms.envelope(
      "score_drift.max", default: NumericalEnvelope.row(terms.compute).map { 2 * $0 })
    let mean = MeanBound(
      estimate: MeanEstimate(distances), limit: terms.contract[.rankOverlap])
    let top = ShareBound(
      failures: topChanges, trials: queries, limit: terms.contract[.topChangeShare])
    let part = 0.5
    var judgement = Judgement(
      .inconclusive, flags: near.isMeasured || drift == nil ? [] : [.uncalibrated],
      tests: [
        mean.test("rank_distance.mean", looks, part: part),
        top.test("top_change.share", looks, part: part),
      ], looks: looks.number,
      findings: ["query \(worst.query) differs most: \(fourDigits(max(0, worst.distance)))"])
    if let drift {
      judgement.tests.append(.init("score_drift.max", drift, threshold: near.value ?? 0))
      if let limit = near.value, drift > 10 * limit { judgement.flags.insert(.unexplainedDrift) }
    }
    if topChanges > 0 { judgement.flags.insert(.decisionFlips) }
    if let drift, near.admits(drift) {
      judgement.verdict = .numericallyEquivalent
    } else if queries >= Self.fewestQueries, mean.isWithin(looks), top.isWithin(looks) {
      judgement.verdict = .statisticallyEquivalent
    } else if mean.isBeyond(looks, part: part) || top.isBeyond(looks, part: part) {
      judgement.verdict = .divergent
    } else {
      let more = max(
        mean.isWithin(looks) ? 1 : mean.need(looks, fewest: Self.fewestQueries),
        top.isWithin(looks) ? 1 : top.need(looks), Self.fewestQueries - queries)
      judgement.need = .init(more, of: .queries)
    }
    return judgement
  }
}
