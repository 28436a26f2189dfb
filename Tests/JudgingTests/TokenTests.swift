import Testing

@testable import Judging

@Suite struct TokenTests {
  /// `count` sequences of 10 tokens that all differ in their last, with evidence.
  private func judge(
    _ count: Int, type: ComputeType = .bf16, shift: Double, deficit: Double = 0,
    deficits: Int = 0
  ) throws -> Judgement {
    var judge = TokenJudge(terms: Terms(compute: type), reference: count, recomputed: count)
    let r = [Int32](0..<10)
    let t = r.dropLast() + [99]
    for i in 0..<count {
      // Alternate around the shift, so that there is an error.
      let size = shift * (i % 2 == 0 ? 0.9 : 1.1)
      let evidence = (0..<10).map { place in
        TokenJudge.Evidence(
          logProbabilityShift: place % 2 == 0 ? size : -size,
          deficit: place == 0 && i < deficits ? deficit : 0)
      }
      try judge.add(r, Array(t), evidence: evidence)
    }
    return try judge.judgement()
  }

  @Test func equalTokensAreIdentical() throws {
    var judge = TokenJudge(terms: Terms(compute: .bf16), reference: 1, recomputed: 1)
    try judge.add([1, 2], [1, 2])
    #expect(try judge.judgement().verdict == .bitIdentical)
  }

  @Test func withoutEvidenceNothingIsShown() throws {
    var judge = TokenJudge(terms: Terms(compute: .bf16), reference: 1, recomputed: 1)
    try judge.add([1, 2], [1, 3])
    let judgement = try judge.judgement()
    #expect(judgement.verdict == .inconclusive && judgement.flags == [.noEvidence])
    #expect(judgement.need == .init(1, of: .evidence))
  }

  @Test(arguments: [("fp32", 1e-3, 1e-4), ("tf32", 2e-2, 2e-3)])
  func envelopesFromBothSides(name: String, deficit: Double, mean: Double) throws {
    let type = ComputeType(named: name)
    func verdict(_ shift: Double, _ cost: Double) throws -> Verdict {
      try judge(40, type: type, shift: shift, deficit: cost, deficits: 1).verdict
    }
    #expect(try verdict(0.99 * mean, 0.99 * deficit) == .numericallyEquivalent)
    #expect(try verdict(1.01 * mean, 0.99 * deficit) == .statisticallyEquivalent)
    #expect(try verdict(0.99 * mean, 1.01 * deficit) == .statisticallyEquivalent)
  }

  @Test func mismatchFromBothSides() throws {
    #expect(
      try judge(50, shift: 1e-3, deficit: 0.05, deficits: 10).verdict == .numericallyEquivalent)
    let many = try judge(50, shift: 1e-3, deficit: 0.05, deficits: 11)
    #expect(many.verdict == .statisticallyEquivalent)
  }

  @Test func unexplainedTokensFromBothSides() throws {
    #expect(
      try judge(50, shift: 1e-3, deficit: 0.21, deficits: 1).verdict == .statisticallyEquivalent)
    #expect(
      try judge(50, shift: 1e-3, deficit: 0.19, deficits: 2).verdict == .statisticallyEquivalent)
    let far = try judge(50, shift: 1e-3, deficit: 0.21, deficits: 2)
    #expect(far.verdict == .divergent && far.flags.contains(.unexplainedFlips))
  }

  @Test func meanShiftFromBothSides() throws {
    #expect(try judge(40, type: .tf32, shift: 0.0096).verdict == .statisticallyEquivalent)
    #expect(try judge(40, type: .tf32, shift: 0.01).verdict == .inconclusive)
    #expect(try judge(40, type: .tf32, shift: 0.0105).verdict == .divergent)
    let few = try judge(29, type: .tf32, shift: 0.008)
    #expect(few.verdict == .inconclusive && few.need == .init(1, of: .sequences))
  }

  @Test func cutSequences() throws {
    func flags(_ recomputed: [Int32], end: Int32?) throws -> Set<Flag> {
      var judge = TokenJudge(terms: Terms(compute: .bf16), reference: 1, recomputed: 1)
      try judge.add([1, 2, 3], recomputed, endOfSequence: end)
      return try judge.judgement().flags
    }
    #expect(try flags([1, 2], end: nil) == [.truncated])
    #expect(try flags([1, 2], end: 0) == [.truncated])
    #expect(try flags([1, 2], end: 2) == [.noEvidence])
    #expect(try flags([1, 4], end: 0) == [.noEvidence])
  }

  @Test func evidenceMustFit() throws {
    var judge = TokenJudge(terms: Terms(compute: .bf16), reference: 1, recomputed: 1)
    let one = TokenJudge.Evidence(logProbabilityShift: 0, deficit: 0)
    #expect(throws: JudgingError(.blocks, "")) {
      try judge.add([1, 2], [1, 3], evidence: [one])
    }
    let sick = TokenJudge.Evidence(logProbabilityShift: .nan, deficit: 0)
    try judge.add([1, 2], [1, 3], evidence: [one, sick])
    #expect(try judge.judgement().flags == [.nonfinite])
  }
}
