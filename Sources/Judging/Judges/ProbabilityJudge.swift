internal import Glibc

/// Judges rows of class probabilities (facts §3.2), as they are read.
///
/// The distance of two rows is their total variation: half the sum of absolute differences, the largest
/// difference in probability that any event can have.
///
/// The mean is bounded from the sample's own spread: rows so rare that 299 meet none of them (another
/// distribution altogether in one row of 200, say) are bounded by the share alone.
package struct ProbabilityJudge: Sendable {
  private let terms: Terms
  private let reference: TensorForm
  private let recomputed: TensorForm
  private let classes: Int

  private var rows = 0
  private var isEqual = true
  private var variation = Moments()
  private var largest = 0.0
  private var largestRow = 0
  private var beyond = 0
  private var divergence = 0.0
  private var marginals: [Double]
  private var flips = 0
  private var widestFlip = 0.0
  private var defect: Judgement?

  /// Rows are the first axis, classes the second.
  package init(terms: Terms, reference: TensorForm, recomputed: TensorForm) {
    self.terms = terms
    self.reference = reference
    self.recomputed = recomputed
    classes = reference.width
    marginals = [Double](repeating: 0, count: classes)
  }

  /// Takes in whole rows of both sides, as many of each. Where the recomputed output has fewer rows, only
  /// those are read.
  package mutating func add(
    _ reference: Span<Double>, _ recomputed: Span<Double>
  ) throws(JudgingError) {
    guard reference.count == recomputed.count, classes > 0, reference.count % classes == 0 else {
      throw JudgingError(.blocks, "blocks must be the same whole rows of both sides")
    }
    for start in stride(from: 0, to: reference.count, by: classes) {
      let range = start..<start + classes
      row(reference.extracting(range), recomputed.extracting(range))
      rows += 1
    }
  }

  private mutating func row(_ r: Span<Double>, _ t: Span<Double>) {
    var distance = 0.0
    var sums = (r: 0.0, t: 0.0)
    var lowest = 0.0
    var kl = 0.0
    var best = (r: 0, t: 0)
    var second = -Double.infinity
    for c in 0..<classes {
      if r[c].bitPattern != t[c].bitPattern { isEqual = false }
      sums.r += r[c]
      sums.t += t[c]
      lowest = min(lowest, r[c], t[c])
      distance += (t[c] - r[c]).magnitude
      let (p, q) = (max(r[c], 1e-12), max(t[c], 1e-12))
      if p != q { kl += p * log(p / q) }
      marginals[c] += t[c] - r[c]
      if c == 0 { continue }
      if t[c] > t[best.t] { best.t = c }
      if r[c] > r[best.r] {
        second = r[best.r]
        best.r = c
      } else {
        second = max(second, r[c])
      }
    }
    let isDistribution = (sums.r - 1).magnitude <= 1e-2 && (sums.t - 1).magnitude <= 1e-2
    guard isDistribution, lowest >= -1e-6 else {
      noteDefect(r, t, sums)
      return
    }
    distance *= 0.5
    variation.add(distance)
    if distance > largest { (largest, largestRow) = (distance, rows) }
    if distance > terms.contract[.totalVariation] { beyond += 1 }
    divergence += kl
    if best.r != best.t {
      flips += 1
      widestFlip = max(widestFlip, r[best.r] - second)
    }
  }

  private mutating func noteDefect(
    _ r: Span<Double>, _ t: Span<Double>, _ sums: (r: Double, t: Double)
  ) {
    guard defect == nil else { return }
    for c in 0..<classes where r[c].isFinite != t[c].isFinite || r[c].isNaN != t[c].isNaN {
      defect = .defect(
        .nonfinite, looks: terms.looks.number,
        "row \(rows), class \(c) is \(r[c]) in the reference and \(t[c]) in the other")
      return
    }
    defect = .defect(
      .notADistribution, looks: terms.looks.number,
      "row \(rows) sums to \(sums.r) in the reference and \(sums.t) in the other")
  }

  /// The verdict; throws `blocks` if not all common rows were read.
  package func judgement() throws(JudgingError) -> Judgement {
    let looks = terms.looks
    guard reference.width == recomputed.width, reference.shape.count == recomputed.shape.count
    else {
      return .defect(
        .shape, looks: looks.number,
        "the reference has shape \(reference.shape), the other \(recomputed.shape)")
    }
    let counts = RowCounts(reference: reference.rows, recomputed: recomputed.rows)
    guard rows == counts.common || classes == 0 else {
      throw JudgingError(.blocks, "\(rows) of \(counts.common) rows were read")
    }
    if let defect = counts.defect(isEqual: isEqual, looks: looks) { return defect }
    let isOneType = reference.storage.utf8.elementsEqual(recomputed.storage.utf8)
    if isEqual, isOneType { return Judgement(.bitIdentical, looks: looks.number) }
    if let defect { return defect }
    return decide(isOneType ? [] : [.dtypeChanged])
  }

  private func decide(_ before: Set<Flag>) -> Judgement {
    let looks = terms.looks
    let tau = NumericalEnvelope.totalVariation(terms.compute)
    let greatest = terms.envelope("total_variation.max", default: tau)
    // Noise has no direction in most rows: its mean stays far below its largest.
    let average = terms.envelope("total_variation.mean", default: tau.map { $0 / 25 })
    let share = ShareBound(
      failures: beyond, trials: rows, limit: terms.contract[.totalVariationShare])
    let mean = MeanBound(
      estimate: MeanEstimate(variation), limit: terms.contract[.meanTotalVariation])
    let part = 0.5
    let shift = marginals.map(\.magnitude).max() ?? 0
    var flags = before
    if !greatest.isMeasured { flags.insert(.uncalibrated) }
    if flips > 0 { flags.insert(.decisionFlips) }
    if let limit = greatest.value, largest > 10 * limit { flags.insert(.unexplainedDrift) }
    var judgement = Judgement(
      .inconclusive, flags: flags,
      tests: [
        .init("total_variation.max", largest, threshold: greatest.value ?? 0),
        mean.test("total_variation.mean", looks, part: part),
        share.test("total_variation.share", looks, part: part),
        .init("kl.mean", max(0, divergence / Double(rows)), threshold: 0),
        .init("marginal_shift.max", shift / Double(rows), threshold: mean.limit),
        .init("decision_flips", Double(flips), threshold: 0),
        .init("decision_flips.widest_gap", widestFlip, threshold: 2 * largest),
      ], looks: looks.number,
      findings: ["row \(largestRow) varies most: \(fourDigits(largest))"])
    if greatest.admits(largest), average.admits(variation.mean) {
      judgement.verdict = .numericallyEquivalent
    } else if share.isWithin(looks), mean.isWithin(looks) {
      judgement.verdict = .statisticallyEquivalent
    } else if share.isBeyond(looks, part: part) || mean.isBeyond(looks, part: part) {
      judgement.verdict = .divergent
    } else {
      let more = max(
        share.isWithin(looks) ? 1 : share.need(looks), mean.isWithin(looks) ? 1 : mean.need(looks))
      judgement.need = .init(more, of: .items)
    }
    return judgement
  }
}
