import Testing

@testable import Judging

@Suite struct TextTests {
  /// Completions of 80 tokens, whose log-likelihoods shift by so many deviations.
  private func prompts(
    _ count: Int, _ completions: Int, likelihood: Double? = 0, novelty: Double = 0,
    seed: UInt64 = 3
  ) -> [PromptAnswers] {
    var draws = NormalDraws(seed: seed)
    func completion(_ base: Int, _ isOther: Bool) -> Completion {
      let isNovel = isOther && draws.uniform() < novelty
      // New text has no position in common with anything, itself included.
      let tokens = (0..<80).map { _ in
        Int32(isNovel ? 100 + draws.below(1_000_000) : base + draws.below(3))
      }
      let score = draws.next() - 20
      return Completion(
        tokens: tokens, logLikelihood: likelihood.map { score + (isOther ? $0 : 0) })
    }
    return (0..<count).map { prompt in
      PromptAnswers(
        reference: (0..<completions).map { _ in completion(prompt, false) },
        recomputed: (0..<completions).map { _ in completion(prompt, true) })
    }
  }

  private func judge(_ prompts: [PromptAnswers]) -> Judgement {
    TextJudge.judgement(terms: Terms(compute: .bf16), prompts: prompts)
  }

  @Test func oneModelIsEquivalentToItself() {
    let judgement = judge(prompts(20, 20))
    #expect(judgement.verdict == .statisticallyEquivalent, "\(judgement.text)")
  }

  @Test func withoutScoresNothingIsShown() {
    let judgement = judge(prompts(20, 20, likelihood: nil))
    // A shift of likelihood would not be seen in it.
    #expect(judgement.verdict == .inconclusive && judgement.flags == [.noEvidence])
    #expect(judgement.need == .init(1, of: .evidence))
  }

  @Test func aShiftOfLikelihoodIsFound() {
    #expect(judge(prompts(12, 12, likelihood: -0.8)).verdict == .divergent)
  }

  /// Few completions a prompt: the unit of the test must not depend on which side they are on.
  @Test func likelihoodsOfOneModelAreNotFoundDifferent() throws {
    var found = 0
    for seed in 0..<(400 as UInt64) {
      let shift = try #require(
        LikelihoodShift(prompts(10, 4, seed: 1000 + seed), rounds: 199, seed: seed))
      if shift.test.pValue <= 0.05 { found += 1 }
    }
    // 20 are expected, and 37 in the reference's own deviations.
    #expect(found <= 31, "\(found) of 400")
  }

  @Test func otherTextIsFound() {
    let judgement = judge(prompts(10, 12, likelihood: nil, novelty: 0.6))
    #expect(judgement.verdict == .divergent)
    let share = judgement.test("text_distance")?.statistic ?? 0
    #expect((share - 0.6).magnitude < 0.15, "\(share)")
  }

  @Test func aGoodLikelihoodDoesNotExcuseOtherText() {
    let judgement = judge(prompts(20, 20, novelty: 0.25))
    #expect(!judgement.verdict.isAcceptable, "\(judgement.text)")
    #expect(judgement.test("log_likelihood.shift")?.interval?.upperBound ?? 1 <= 0.3)
  }

  @Test func smallSamples() {
    #expect(judge(prompts(19, 6)).need == .init(1, of: .prompts))
    #expect(judge(prompts(20, 10)).need == .init(10, of: .completionsPerPrompt))
    #expect(judge(prompts(1, 1)).flags == [.noEvidence])
  }

  @Test func honestTextIsNotDivergent() {
    let divergent = (0..<20 as Range<UInt64>).count {
      judge(prompts(6, 6, seed: 100 + $0)).verdict == .divergent
    }
    #expect(divergent <= 1)
  }

  @Test func pairs() {
    func pair(_ r: String, _ t: String) -> PromptAnswers {
      PromptAnswers(
        reference: [Completion(utf8: r.utf8)], recomputed: [Completion(utf8: t.utf8)])
    }
    #expect(judge([pair("abc", "abc")]).verdict == .bitIdentical)
    #expect(judge([pair("abc", "ab")]).flags == [.truncated])
    #expect(judge([pair("abc", "abd")]).verdict == .inconclusive)
    #expect(
      judge([PromptAnswers(reference: [Completion(tokens: [1])], recomputed: [])]).flags == [.shape]
    )
    #expect(judge([]).verdict == .bitIdentical)
  }
}
