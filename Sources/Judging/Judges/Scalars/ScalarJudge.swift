/// Judges numbers of which each side has one: metrics of a deterministic run (facts §3.4).
package enum ScalarJudge {
  /// The numbers stand in one order on both sides; every one must hold.
  ///
  /// Numerically equivalent is |T - R| <= rtol · max(|R|, 1e-3). Beyond that only an absolute margin in the
  /// contract (`scalar`) makes them equivalent: one number shows nothing about its own spread.
  package static func judgement(
    terms: Terms, reference: [Double], recomputed: [Double]
  ) -> Judgement {
    let looks = terms.looks
    let pairs = Array(zip(reference, recomputed))
    let isEqual = pairs.allSatisfy { $0.bitPattern == $1.bitPattern }
    let counts = RowCounts(reference: reference.count, recomputed: recomputed.count)
    if let defect = counts.defect(isEqual: isEqual, looks: looks) { return defect }
    let hasNonfinite = pairs.contains { !$0.0.isFinite }
    let flags: Set<Flag> = hasNonfinite ? [.nonfinitePresent] : []
    if isEqual { return Judgement(.bitIdentical, flags: flags, looks: looks.number) }
    if let place = pairs.firstIndex(where: { r, t in
      !(r.isFinite && t.isFinite) && r != t && !(r.isNaN && t.isNaN)
    }) {
      return .defect(
        .nonfinite, looks: looks.number,
        "number \(place) is \(reference[place]) in the reference and \(recomputed[place]) in the other"
      )
    }
    return decide(terms, pairs, flags)
  }

  private static func decide(
    _ terms: Terms, _ pairs: [(Double, Double)], _ before: Set<Flag>
  ) -> Judgement {
    let drifts = pairs.map { r, t in
      r.isFinite ? (t - r).magnitude / max(r.magnitude, 1e-3) : 0
    }
    let differences = pairs.map { r, t in r.isFinite ? (t - r).magnitude : 0 }
    let worst = drifts.indices.max { drifts[$0] < drifts[$1] } ?? 0
    let widest = differences.max() ?? 0
    let envelope = terms.envelope(
      "scalar_drift.max", default: NumericalEnvelope.scalar(terms.compute))
    var flags = before
    if !envelope.isMeasured { flags.insert(.uncalibrated) }
    if let limit = envelope.value, drifts[worst] > 10 * limit { flags.insert(.unexplainedDrift) }
    var judgement = Judgement(
      .divergent, flags: flags,
      tests: [.init("scalar_drift.max", drifts[worst], threshold: envelope.value ?? 0)],
      looks: terms.looks.number,
      findings: [
        "number \(worst) is \(fourDigits(pairs[worst].0)), then \(fourDigits(pairs[worst].1))"
      ])
    let margin = terms.contract[optional: .scalar]
    if let margin {
      judgement.tests.append(.init("scalar_difference.max", widest, threshold: margin))
    }
    if envelope.admits(drifts[worst]) {
      judgement.verdict = .numericallyEquivalent
    } else if let margin, widest <= margin {
      judgement.verdict = .statisticallyEquivalent
    }
    return judgement
  }
}
