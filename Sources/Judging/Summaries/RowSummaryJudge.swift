/// Judges the kept rows of two summaries.
///
/// A projection knows lengths to 9 %: a row within a limit is one whose estimate is within it by a factor of
/// 1.35, a row beyond it one that is beyond by as much (each errs in at most one of 1,000 rows). What lies
/// between counts against both claims.
struct RowSummaryJudge {
  let terms: Terms
  let type: OutputType
  let ours: RowSummary
  let theirs: RowSummary

  private static let projectionFactor = 1.35

  init(terms: Terms, type: OutputType, _ ours: RowSummary, _ theirs: RowSummary) {
    self.terms = terms
    self.type = type
    self.ours = ours
    self.theirs = theirs
  }

  func judgement() -> Judgement {
    let looks = terms.looks
    guard ours.form.shape == theirs.form.shape else {
      return .defect(
        .shape, looks: looks.number,
        "the reference has shape \(ours.form.shape), the other \(theirs.form.shape)")
    }
    guard ours.nonfinite == theirs.nonfinite else {
      return .defect(
        .nonfinite, looks: looks.number,
        "the reference holds \(ours.nonfinite) NaN, infinities and negative ones, "
          + "the other \(theirs.nonfinite)")
    }
    guard ours.width > 0, !ours.values.isEmpty else {
      return Judgement(.bitIdentical, looks: looks.number)
    }
    var judgement = type == .tensor ? tensor() : probabilities()
    if ours.nonfinite != [0, 0, 0] { judgement.flags.insert(.nonfinitePresent) }
    if !ours.form.storage.utf8.elementsEqual(theirs.form.storage.utf8) {
      judgement.flags.insert(.dtypeChanged)
    }
    judgement.findings.append("\(kept) of \(ours.form.rows) rows were kept")
    return judgement
  }

  private var kept: Int { ours.values.count / ours.width }

  private func row(_ row: Int) -> [(r: Double, t: Double)] {
    (row * ours.width..<(row + 1) * ours.width).map {
      (Double(ours.values[$0]), Double(theirs.values[$0]))
    }
  }

  private func tensor() -> Judgement {
    let rows = (0..<kept).map { row -> RowSums in
      var sums = RowSums()
      for (r, t) in self.row(row) {
        sums.drift += (t - r) * (t - r)
        sums.reference += r * r
        sums.recomputed += t * t
        sums.largest = max(sums.largest, (t - r).magnitude)
        sums.isEqual = sums.isEqual && r.bitPattern == t.bitPattern
      }
      return sums
    }
    let limit = terms.contract[.rowDrift]
    let gross = limit * terms.contract[.grossFactor]
    let factor = ours.isExact ? 1 : Self.projectionFactor
    let floor = RowDrifts.floor(of: rows)
    var near = RowDrifts(width: ours.width, limit: limit / factor, grossLimit: gross / factor)
    var far = RowDrifts(width: ours.width, limit: limit * factor, grossLimit: gross * factor)
    var common = CommonDrift(width: ours.width)
    for (place, sums) in rows.enumerated() {
      let weight = near.add(sums, floor: floor)
      _ = far.add(sums, floor: floor)
      common.add(row(place).map { $0.t - $0.r }, weight: weight, row: place)
    }
    return decide(near, far, common.estimate(), factor)
  }

  private func decide(
    _ near: RowDrifts, _ far: RowDrifts, _ common: CommonDrift.Estimate?, _ factor: Double
  ) -> Judgement {
    func statistics(_ drifts: RowDrifts) -> TensorStatistics {
      TensorStatistics(
        rows: drifts.rows, beyond: drifts.beyond, gross: drifts.gross,
        largest: drifts.largest * factor,
        largestElement: ours.isExact ? drifts.largestElement : nil, mean: drifts.mean,
        common: common,
        isEqualInValue: false)
    }
    // The summary rounds to `Float`: a drift below its resolution is not known to be smaller than that.
    var close = statistics(near).judge(terms, flags: [])
    let resolution = 4 * 0x1p-24
    let isComplete = kept == ours.form.rows
    let tau = NumericalEnvelope.row(terms.compute) ?? 0
    if close.verdict == .numericallyEquivalent, !isComplete || tau < resolution {
      close.verdict = .statisticallyEquivalent
      close.flags.remove(.uncalibrated)
      if !ShareBound(
        failures: near.beyond, trials: near.rows, limit: terms.contract[.rowShare]
      ).isWithin(terms.looks) {
        close.verdict = .inconclusive
        close.need = .init(1, of: .referenceRuns)
      }
    }
    if close.verdict.isAcceptable { return close }
    let distant = statistics(far).judge(terms, flags: [])
    if distant.verdict == .divergent { return distant }
    if close.verdict == .divergent {
      close.verdict = .inconclusive
      close.need = .init(1, of: .referenceRuns)
    }
    return close
  }

  /// Rows of at most 64 classes are kept whole; of longer ones the sums over groups show divergence, never
  /// equivalence: total variation only shrinks when classes are joined.
  private func probabilities() -> Judgement {
    let looks = terms.looks
    var variation = Moments()
    var beyond = 0
    for place in 0..<kept {
      let distance = 0.5 * row(place).reduce(0) { $0 + ($1.t - $1.r).magnitude }
      variation.add(distance)
      if distance > terms.contract[.totalVariation] { beyond += 1 }
    }
    let share = ShareBound(
      failures: beyond, trials: kept, limit: terms.contract[.totalVariationShare])
    let mean = MeanBound(
      estimate: MeanEstimate(variation), limit: terms.contract[.meanTotalVariation])
    var judgement = Judgement(
      .inconclusive,
      tests: [
        mean.test("total_variation.mean", looks, part: 0.5),
        share.test("total_variation.share", looks, part: 0.5),
      ], looks: looks.number)
    if share.isBeyond(looks, part: 0.5) || mean.isBeyond(looks, part: 0.5) {
      judgement.verdict = .divergent
    } else if ours.isExact, share.isWithin(looks), mean.isWithin(looks) {
      judgement.verdict = .statisticallyEquivalent
    } else {
      judgement.need = .init(1, of: .referenceRuns)
    }
    return judgement
  }
}
