/// Judges training curves (facts §3.4): two from one seed, or several seeds on each side.
package enum CurveJudge {
  /// Two curves of one seed.
  ///
  /// Training amplifies rounding until the curves part; that says nothing about the result, so it is
  /// inconclusive, not divergent. At the first step nothing has been amplified yet.
  package static func judgement(
    terms: Terms, reference: Curve, recomputed: Curve
  ) -> Judgement {
    let looks = terms.looks.number
    let pairs = Array(zip(reference.losses, recomputed.losses))
    let isEqual = pairs.allSatisfy { $0.bitPattern == $1.bitPattern }
    guard reference.steps == recomputed.steps else {
      let isBeginning = reference.steps.starts(with: recomputed.steps) && isEqual
      return .defect(
        isBeginning ? .truncated : .shape, looks: looks,
        "the curves have \(reference.steps.count) and \(recomputed.steps.count) steps")
    }
    if isEqual { return Judgement(.bitIdentical, looks: looks) }
    if let place = pairs.firstIndex(where: { $0.isFinite != $1.isFinite }) {
      return .defect(
        .nonfinite, looks: looks, "one curve is not finite at step \(reference.steps[place])")
    }
    let envelope = terms.envelope(
      "curve_drift.max", default: NumericalEnvelope.scalar(terms.compute))
    let drifts = pairs.map { r, t in
      r.isFinite ? (t - r).magnitude / max(r.magnitude, 1e-3) : 0
    }
    let parted = drifts.firstIndex { !envelope.admits($0) }
    var judgement = Judgement(
      .numericallyEquivalent, flags: envelope.isMeasured ? [] : [.uncalibrated],
      tests: [.init("curve_drift.max", drifts.max() ?? 0, threshold: envelope.value ?? 0)],
      looks: looks)
    guard let parted else { return judgement }
    judgement.findings = ["the curves part at step \(reference.steps[parted])"]
    if parted == 0 {
      judgement.verdict = .divergent
    } else {
      judgement.verdict = .inconclusive
      judgement.flags.insert(.chaoticGrowth)
      judgement.need = .init(SampleJudge.plannedRuns, of: .seeds)
    }
    return judgement
  }

  /// Curves of several seeds on each side: the energy distance of their shapes for a difference, the mean
  /// of the last tenth and of the whole for equivalence. The margin (`mean`) is in logarithms of the loss.
  package static func judgement(
    terms: Terms, reference: [Curve], recomputed: [Curve]
  ) -> Judgement {
    let looks = terms.looks
    let all = reference + recomputed
    let sick = (reference.count { !$0.isFinite }, recomputed.count { !$0.isFinite })
    guard sick == (0, 0) else {
      return .defect(
        .nonfinite, looks: looks.number,
        "\(sick.0) of the reference's curves and \(sick.1) of the others are not finite")
    }
    let runs = min(reference.count, recomputed.count)
    var judgement = Judgement(
      .inconclusive, looks: looks.number,
      findings: ["\(reference.count) and \(recomputed.count) curves"])
    guard runs >= 2, let first = all.compactMap(\.steps.first).min(),
      let last = all.compactMap(\.steps.last).max()
    else {
      SampleJudge.conclude(&judgement, terms, isShown: false, isDifferent: false, runs: runs)
      return judgement
    }
    let bins = all.map { $0.binned(from: first, to: last) }
    let (energy, p) = shapes(bins, reference.count, terms)
    judgement.tests = [.init("energy", energy, pValue: p, threshold: Looks.divergence)]
    var isShown = true
    for (name, mean) in [("curve.final", final), ("curve.whole", whole)] {
      let values = bins.map(mean)
      let equivalence = MeanEquivalence(
        Moments(values.prefix(reference.count)), Moments(values.dropFirst(reference.count)),
        margin: terms.contract[optional: .mean], ratioLimit: terms.contract[.deviationRatio],
        looks: looks)
      isShown = isShown && equivalence?.isShown(looks) ?? false
      judgement.tests += equivalence?.tests(name, looks) ?? []
    }
    SampleJudge.conclude(
      &judgement, terms, isShown: isShown, isDifferent: p < looks.level(Looks.divergence),
      runs: runs)
    return judgement
  }

  /// Each bin in units of the reference's deviation there, so that the first steps' spread does not drown
  /// the last.
  private static func shapes(
    _ bins: [[Double]], _ references: Int, _ terms: Terms
  ) -> (energy: Double, p: Double) {
    let scales = (0..<Curve.bins).map { bin -> Double in
      let deviation = Moments(bins.prefix(references).map { $0[bin] }).deviation
      return deviation > 0 ? deviation : 1
    }
    let samples = TwoSample(blocks: [(references, bins.count - references)]) { _, i, j in
      var square = 0.0
      for bin in 0..<Curve.bins {
        let difference = (bins[i][bin] - bins[j][bin]) / scales[bin]
        square += difference * difference
      }
      return square.squareRoot()
    }
    let test = samples.permute(
      .energy, rounds: terms.looks.rounds, seed: terms.seeds.seed(test: "curve_energy")
    ).test
    return (samples.observed(.energy), test.pValue)
  }

  private static func final(_ bins: [Double]) -> Double {
    bins.suffix(Curve.bins / 10).reduce(0, +) / Double(Curve.bins / 10)
  }

  private static func whole(_ bins: [Double]) -> Double {
    bins.reduce(0, +) / Double(Curve.bins)
  }
}
