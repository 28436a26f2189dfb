import Testing

@testable import Judging

@Suite struct ProbabilityTests {
  private func judge(
    _ r: [[Double]], _ t: [[Double]], compute: ComputeType = .fp32, contract: Contract = Contract(),
    storage: String = "f8"
  ) throws -> Judgement {
    let width = r.first?.count ?? 0
    var judge = ProbabilityJudge(
      terms: Terms(contract: contract, compute: compute),
      reference: TensorForm(shape: [r.count, width], storage: "f8"),
      recomputed: TensorForm(shape: [t.count, t.first?.count ?? width], storage: storage))
    for (a, b) in zip(r, t) where a.count == b.count { try judge.add(a.span, b.span) }
    return try judge.judgement()
  }

  /// `count` rows (0.6, 0.4), some of which lose `shift` from the first class.
  private func shifted(_ count: Int, _ shift: Double, every step: Int = 1) -> [[Double]] {
    (0..<count).map { $0 % step == 0 ? [0.6 - shift, 0.4 + shift] : [0.6, 0.4] }
  }

  private func plain(_ count: Int) -> [[Double]] { shifted(count, 0) }

  @Test(arguments: [("fp32", 5e-5), ("tf32", 5e-3), ("bf16", 4e-2)])
  func envelopeOfTheLargestFromBothSides(name: String, tau: Double) throws {
    let type = ComputeType(named: name)
    // One row of 100 keeps the mean below a twenty-fifth.
    let inside = try judge(plain(100), shifted(100, 0.99 * tau, every: 100), compute: type)
    #expect(inside.verdict == .numericallyEquivalent)
    let outside = try judge(plain(100), shifted(100, 1.01 * tau, every: 100), compute: type)
    #expect(outside.verdict != .numericallyEquivalent)
  }

  @Test func envelopeOfTheMeanFromBothSides() throws {
    let tau = 5e-5
    #expect(
      try judge(plain(50), shifted(50, 0.99 * tau / 25)).verdict == .numericallyEquivalent)
    #expect(try judge(plain(50), shifted(50, 1.01 * tau / 25)).verdict != .numericallyEquivalent)
  }

  @Test func shareFromBothSides() throws {
    // 299 rows without a failure are the least that show 1 %.
    #expect(try judge(plain(299), shifted(299, 1e-3)).verdict == .statisticallyEquivalent)
    let few = try judge(plain(298), shifted(298, 1e-3))
    #expect(few.verdict == .inconclusive && few.need == .init(1, of: .items))
    // One in 20 beyond the margin is shown to be above 1 %.
    let contract = Contract(margins: [.meanTotalVariation: 1])
    let far = try judge(plain(1000), shifted(1000, 0.06, every: 20), contract: contract)
    #expect(far.verdict == .divergent)
    let near = try judge(plain(1000), shifted(1000, 0.049, every: 20), contract: contract)
    #expect(near.verdict == .statisticallyEquivalent)
  }

  @Test func meanFromBothSides() throws {
    func verdict(_ shift: Double) throws -> Verdict {
      // Not all alike, so that the mean has an error.
      let t = (0..<400).map { i in
        let d = shift * (i % 2 == 0 ? 0.9 : 1.1)
        return [0.6 - d, 0.4 + d]
      }
      return try judge(plain(400), t).verdict
    }
    #expect(try verdict(0.0049) == .statisticallyEquivalent)
    #expect(try verdict(0.005) == .inconclusive)
    #expect(try verdict(0.0052) == .divergent)
  }

  @Test func flipsAreFlagged() throws {
    let r = [[0.5000005, 0.4999995, 0]]
    let t = [[0.4999995, 0.5000005, 0]]
    let judgement = try judge(r, t)
    #expect(judgement.verdict == .numericallyEquivalent)
    #expect(judgement.flags.contains(.decisionFlips))
    let gap = judgement.test("decision_flips.widest_gap")
    #expect(agree(gap?.statistic ?? 0, 1e-6, 1e-6))
    #expect((gap?.statistic ?? 1) <= (gap?.threshold ?? 0) * (1 + 1e-6))
  }

  @Test func structure() throws {
    #expect(try judge(plain(3), plain(3)).verdict == .bitIdentical)
    #expect(try judge(plain(3), plain(3), storage: "f4").flags.contains(.dtypeChanged))
    #expect(try judge(plain(3), plain(2)).flags == [.truncated])
    #expect(try judge(plain(2), plain(3)).flags == [.shape])
    #expect(try judge(plain(3), shifted(2, 0.1)).flags == [.shape])
    #expect(try judge([[1, 0]], [[1, 0, 0]]).flags == [.shape])
    #expect(try judge([], []).verdict == .bitIdentical)
    #expect(try judge([[0.6, 0.4]], [[0.6, 0.42]]).flags == [.notADistribution])
    #expect(try judge([[0.6, 0.4]], [[0.6, 0.409]]).flags.isDisjoint(with: [.notADistribution]))
    #expect(try judge([[1, 0]], [[1, -1e-5]]).flags == [.notADistribution])
    #expect(try judge([[1, 0]], [[1, -1e-7]]).verdict == .numericallyEquivalent)
    #expect(try judge([[0.6, 0.4]], [[0.6, .nan]]).flags == [.nonfinite])
  }
}
