import Testing

@testable import Judging

@Suite struct CurveTests {
  private let terms = Terms(compute: .fp32)

  private func curve(_ losses: [Double]) -> Curve {
    Curve(steps: Array(0..<losses.count), losses: losses)
  }

  @Test func oneSeed() {
    let r = curve([4, 3, 2, 1])
    func judge(_ losses: [Double]) -> Judgement {
      CurveJudge.judgement(terms: terms, reference: r, recomputed: curve(losses))
    }
    #expect(judge([4, 3, 2, 1]).verdict == .bitIdentical)
    #expect(judge([4, 3, 2, 1 + 0.9e-5]).verdict == .numericallyEquivalent)
    let parted = judge([4, 3, 2.1, 1])
    #expect(parted.verdict == .inconclusive && parted.flags.contains(.chaoticGrowth))
    #expect(parted.need == .init(30, of: .seeds))
    #expect(parted.findings == ["the curves part at step 2"])
    #expect(judge([4.1, 3, 2, 1]).verdict == .divergent)
    #expect(judge([4, 3, 2]).flags == [.truncated])
    #expect(judge([4, 3, 2.5]).flags == [.shape])
    #expect(judge([4, 3, .nan, 1]).flags == [.nonfinite])
  }

  @Test func seeds() {
    var draws = NormalDraws(seed: 21)
    func arm(_ n: Int, end: Double) -> [Curve] {
      (0..<n).map { _ in
        let level = 0.1 * draws.next()
        return curve((0..<100).map { 1 / (1 + Double($0)) + end * (1 + level) })
      }
    }
    let same = CurveJudge.judgement(
      terms: terms, reference: arm(40, end: 0.5), recomputed: arm(40, end: 0.5))
    #expect(same.verdict == .statisticallyEquivalent)
    let worse = CurveJudge.judgement(
      terms: terms, reference: arm(40, end: 0.5), recomputed: arm(40, end: 0.65))
    #expect(worse.verdict == .divergent)
    let few = CurveJudge.judgement(
      terms: terms, reference: arm(3, end: 0.5), recomputed: arm(3, end: 0.5))
    #expect(few.verdict == .inconclusive && few.need == .init(27, of: .samples))
    let sick = CurveJudge.judgement(
      terms: terms, reference: arm(3, end: 0.5), recomputed: [curve([1, .nan])])
    #expect(sick.flags == [.nonfinite])
  }
}
