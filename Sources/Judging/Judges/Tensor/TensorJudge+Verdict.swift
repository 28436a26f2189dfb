extension TensorJudge {
  /// The verdict on everything that was read.
  ///
  /// Throws `blocks` if that was not all.
  package consuming func judgement() throws(JudgingError) -> Judgement {
    var judge = self
    try judge.finish()
    return judge.decide()
  }

  private func decide() -> Judgement {
    if let defect = structuralDefect() { return defect }
    var flags: Set<Flag> = nonfinite.matched > 0 ? [.nonfinitePresent] : []
    if !reference.storage.utf8.elementsEqual(recomputed.storage.utf8) {
      flags.insert(.dtypeChanged)
    }
    if isIdentical { return Judgement(.bitIdentical, flags: flags, looks: terms.looks.number) }
    let statistics = TensorStatistics(
      rows: drifts.rows, beyond: drifts.beyond, gross: drifts.gross, largest: drifts.largest,
      largestElement: drifts.largestElement, mean: drifts.mean, common: common.estimate(),
      isEqualInValue: drifts.largest == 0)
    var judgement = statistics.judge(terms, flags: flags)
    if drifts.arePermuted, !judgement.verdict.isAcceptable {
      judgement.verdict = .divergent
      judgement.need = nil
      judgement.flags.insert(.rowsPermuted)
      judgement.findings.append("the rows are the reference's in another order")
    }
    judgement.findings.append(
      "\(drifts.rows - drifts.equalRows) of \(drifts.rows) rows differ in some bit")
    if drifts.largest > 0 {
      judgement.findings.append(
        "row \(drifts.largestRow) drifts most: \(fourDigits(drifts.largest)) of its size")
    }
    if let first = drifts.firstGross {
      judgement.findings.append("\(drifts.gross) rows are grossly wrong, the first is row \(first)")
    }
    return judgement
  }

  private func structuralDefect() -> Judgement? {
    let looks = terms.looks.number
    guard reference.shape == recomputed.shape else {
      let shapes = "the reference has shape \(reference.shape), the other \(recomputed.shape)"
      return isIdentical && reference.mayBeginWith(recomputed)
        ? .defect(.truncated, looks: looks, shapes + ", and is its beginning")
        : .defect(.shape, looks: looks, shapes)
    }
    if nonfinite.unmatched > 0, let first = firstUnmatched {
      return .defect(
        .nonfinite, looks: looks,
        "\(nonfinite.unmatched) elements are NaN or infinite on one side only, "
          + "the first in row \(first.row), column \(first.column)")
    }
    return nil
  }
}
