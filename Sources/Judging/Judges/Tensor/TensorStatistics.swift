/// What two tensors come to, however it was measured: rung 2, 3, 4 or 5 of facts §3.1.
struct TensorStatistics: Sendable {
  let rows: Int
  /// Rows whose drift is beyond the margin; grossly.
  let beyond: Int
  let gross: Int
  let largest: Double
  /// Nil where elements were not seen.
  let largestElement: Double?
  let mean: Double
  let common: CommonDrift.Estimate?
  /// Whether no element differs but in its stored type or the sign of a zero.
  let isEqualInValue: Bool

  /// One element may drift so many row envelopes: a row of normal errors has its largest at about 6.
  static let elementFactor = 8.0
  /// The common drift may be this part of a row's envelope: measured honest pairs of one compute type stay
  /// below 1/25, of two below 1/7.
  static func commonPart(_ computeDiffers: Bool) -> Double { computeDiffers ? 4 : 16 }

  func judge(_ terms: Terms, flags before: Set<Flag>) -> Judgement {
    let looks = terms.looks
    let defaultRow = NumericalEnvelope.row(terms.compute)
    let row = terms.envelope("row_drift.max", default: defaultRow)
    let element = terms.envelope(
      "element_drift.max", default: defaultRow.map { $0 * Self.elementFactor })
    let shift = terms.envelope(
      "common_drift", default: defaultRow.map { $0 / Self.commonPart(terms.computeDiffers) })
    var flags = before
    if !row.isMeasured { flags.insert(.uncalibrated) }

    let share = ShareBound(failures: beyond, trials: rows, limit: terms.contract[.rowShare])
    let margin = terms.contract[.commonDrift]
    // Two difference tests share the view's error; equivalence needs both and shares nothing.
    let part = 0.5
    let lower = common?.lowerLimit(level: looks.level(Looks.divergence) * part) ?? 0
    let upper = common?.upperLimit(level: looks.level(Looks.equivalence)) ?? 0
    let flip = common?.signFlip(rounds: looks.rounds, seed: terms.seeds.seed(test: "sign_flip"))
      .pValue

    var tests = [
      Judgement.Test("row_drift.max", largest, threshold: row.value ?? 0),
      Judgement.Test("row_drift.mean", mean, threshold: row.value ?? 0),
      share.test("row_drift.share", looks, part: part),
    ]
    if let largestElement {
      tests.append(
        Judgement.Test("element_drift.max", largestElement, threshold: element.value ?? 0))
    }
    if let common {
      tests.append(
        Judgement.Test(
          "common_drift", common.size, interval: lower...upper, pValue: flip,
          threshold: shift.value ?? 0))
    }

    let isRowClose = row.admits(largest) && largestElement.map(element.admits) ?? true
    let isUnshifted = common.map { shift.admits($0.size) } ?? true
    if isRowClose, !isUnshifted { flags.insert(.systematicShift) }
    if let limit = row.value, largest > 10 * limit { flags.insert(.unexplainedDrift) }
    if let limit = shift.value, let common, common.size > 10 * limit {
      flags.insert(.unexplainedDrift)
    }

    var judgement = Judgement(.inconclusive, flags: flags, tests: tests, looks: looks.number)
    if isEqualInValue || (isRowClose && isUnshifted) {
      judgement.verdict = .numericallyEquivalent
    } else if gross == 0, share.isWithin(looks), upper <= margin {
      judgement.verdict = .statisticallyEquivalent
      if let flip, flip < looks.level(Looks.divergence) { judgement.flags.insert(.detectable) }
    } else if gross > 0 || share.isBeyond(looks, part: part) || lower > margin {
      judgement.verdict = .divergent
    } else {
      let shareNeed = share.isWithin(looks) ? 1 : share.need(looks)
      judgement.need = .init(max(shareNeed, commonNeed(upper: upper, margin: margin)), of: .items)
    }
    return judgement
  }

  /// How many more rows until the interval of the common drift ends at the margin: its square shrinks
  /// with √n.
  private func commonNeed(upper: Double, margin: Double) -> Int {
    guard let common, upper > margin else { return 1 }
    let gap = (margin * margin - common.square).magnitude
    let ratio = (upper * upper - common.square) / max(gap, 1e-300)
    let wanted = Double(rows) * ratio * ratio
    return wanted < 1e7 ? max(1, Int(wanted.rounded(.up)) - rows) : 10_000_000
  }
}
