import Testing

@testable import Judging

@Suite struct ScalarTests {
  private func judge(
    _ r: [Double], _ t: [Double], _ type: ComputeType = .fp32, margin: Double? = nil
  ) -> Judgement {
    let contract = Contract(margins: margin.map { [.scalar: $0] } ?? [:])
    return ScalarJudge.judgement(
      terms: Terms(contract: contract, compute: type), reference: r, recomputed: t)
  }

  @Test(arguments: [("fp64", 1e-9), ("fp32", 1e-5), ("fp16", 2e-3), ("bf16", 1.6e-2)])
  func envelopeFromBothSides(name: String, tolerance: Double) {
    let type = ComputeType(named: name)
    #expect(judge([7], [7 * (1 + 0.99 * tolerance)], type).verdict == .numericallyEquivalent)
    #expect(judge([7], [7 * (1 + 1.01 * tolerance)], type).verdict == .divergent)
    // Near zero the tolerance is that of 1e-3.
    #expect(judge([0], [0.99e-3 * tolerance], type).verdict == .numericallyEquivalent)
    #expect(judge([0], [1.01e-3 * tolerance], type).verdict == .divergent)
  }

  @Test func onlyAContractWidens() {
    #expect(judge([1], [1.1]).verdict == .divergent)
    #expect(judge([1], [1.1], margin: 0.11).verdict == .statisticallyEquivalent)
    #expect(judge([1], [1.1], margin: 0.09).verdict == .divergent)
    #expect(judge([1], [1.1]).flags.contains(.unexplainedDrift))
  }

  @Test func structure() {
    #expect(judge([1, .nan], [1, .nan]).verdict == .bitIdentical)
    #expect(judge([1, .nan], [1 + 1e-9, .nan]).verdict == .numericallyEquivalent)
    #expect(judge([1], [.nan]).flags == [.nonfinite])
    #expect(judge([1, 2], [1]).flags == [.truncated])
    #expect(judge([1, 2], [3]).flags == [.shape])
    #expect(judge([0.0], [-0.0]).verdict == .numericallyEquivalent)
  }

  private func runs(
    _ n: Int, shift: Double = 0, scale: Double = 1, _ draws: inout NormalDraws
  ) -> [Double] {
    (0..<n).map { _ in shift + scale * draws.next() }
  }

  /// 30 runs a side, as the plan has it: what is equal passes, a shift of the margin does not, twice the
  /// margin is found.
  @Test(arguments: [nil, 1.0]) func errorRatesOfSamples(margin: Double?) {
    var draws = NormalDraws(seed: 3)
    let contract = Contract(margins: margin.map { [.mean: $0] } ?? [:])
    let terms = Terms(contract: contract, compute: .bf16)
    func count(_ verdict: Verdict, shift: Double, rounds: Int) -> Int {
      (0..<rounds).count { _ in
        SampleJudge.judgement(
          terms: terms, reference: runs(30, &draws), recomputed: runs(30, shift: shift, &draws)
        ).verdict == verdict
      }
    }
    #expect(count(.statisticallyEquivalent, shift: 0, rounds: 50) >= 38)
    #expect(count(.divergent, shift: 0, rounds: 60) <= 4)
    #expect(count(.statisticallyEquivalent, shift: 1, rounds: 60) <= 8)
    #expect(count(.divergent, shift: 2, rounds: 15) >= 14)
  }

  @Test func spreadMatters() {
    var draws = NormalDraws(seed: 4)
    let judgement = SampleJudge.judgement(
      terms: Terms(compute: .bf16), reference: runs(60, &draws),
      recomputed: runs(60, scale: 3, &draws))
    #expect(judgement.verdict == .divergent)
  }

  @Test func fewRunsAreInconclusive() {
    let terms = Terms(compute: .bf16)
    let judgement = SampleJudge.judgement(
      terms: terms, reference: [1, 2, 3, 4, 5], recomputed: [2, 3, 4, 5, 6])
    #expect(judgement.verdict == .inconclusive && judgement.need == .init(25, of: .samples))
    let one = SampleJudge.judgement(terms: terms, reference: [1], recomputed: [1])
    #expect(one.need == .init(29, of: .samples))
    let limited = Terms(contract: Contract(nMax: 5), compute: .bf16)
    let last = SampleJudge.judgement(
      terms: limited, reference: [1, 2, 3, 4, 5], recomputed: [2, 3, 4, 5, 6])
    #expect(last.verdict == .inconclusive && last.need == nil)
    let sick = SampleJudge.judgement(terms: terms, reference: [1, 2], recomputed: [1, .nan])
    #expect(sick.flags == [.nonfinite])
  }

  @Test func runsWithoutSpread() {
    let terms = Terms(compute: .bf16)
    let same = [Double](repeating: 3, count: 5)
    let equal = SampleJudge.judgement(terms: terms, reference: same, recomputed: same)
    #expect(equal.verdict == .statisticallyEquivalent)
    let other = [Double](repeating: 4, count: 12)
    let far = SampleJudge.judgement(
      terms: terms, reference: [Double](repeating: 3, count: 12), recomputed: other)
    #expect(far.verdict == .divergent)
  }

  @Test func onOneLineTheTwoEnergiesAgree() {
    var draws = NormalDraws(seed: 8)
    let (a, b) = (runs(9, &draws), runs(14, shift: 1, &draws))
    let all = a + b
    let pairs = TwoSample(blocks: [(9, 14)]) { _, i, j in (all[i] - all[j]).magnitude }
    #expect(agree(EnergyDistance(a, b).observed, pairs.observed(.energy), 1e-12))
  }
}
