import Canonical
import Judging

/// Completions of prompts, 20 a side, scored by the reference model.
struct CompletionPair: SimulatedPair {
  /// The share of recomputed completions that have no position in common with any other.
  let novelty: Double
  /// Of the log-likelihood, in deviations.
  let likelihoodShift: Double
  private var prompts: [PromptAnswers] = []

  private static let completions = 20
  private static let tokens = 24

  init(novelty: Double, likelihoodShift: Double) {
    (self.novelty, self.likelihoodShift) = (novelty, likelihoodShift)
  }

  var items: Int { prompts.count }

  mutating func grow(to items: Int, _ draws: inout Draws) {
    for prompt in self.items..<items {
      var sides: [[Completion]] = [[], []]
      for _ in 0..<Self.completions {
        sides[0].append(Self.completion(prompt, isNovel: false, shift: 0, &draws))
        let isNovel = draws.isHit(novelty)
        sides[1].append(Self.completion(prompt, isNovel: isNovel, shift: likelihoodShift, &draws))
      }
      prompts.append(PromptAnswers(reference: sides[0], recomputed: sides[1]))
    }
  }

  private static func completion(
    _ prompt: Int, isNovel: Bool, shift: Double, _ draws: inout Draws
  ) -> Completion {
    let tokens = (0..<Self.tokens).map { _ in
      Int32(isNovel ? 1000 + draws.below(1_000_000) : prompt + draws.below(3))
    }
    return Completion(tokens: tokens, logLikelihood: draws.normal() + shift - 20)
  }

  func judgement(_ terms: Terms) -> Judgement {
    TextJudge.judgement(terms: terms, prompts: prompts)
  }

  var data: [(String, JSONValue)] {
    func side(_ completions: [Completion]) -> JSONValue {
      .array(
        completions.map {
          .object([
            ("tokens", .counts($0.tokens.map(Int.init))),
            ("logLikelihood", .double($0.logLikelihood ?? 0)),
          ])
        })
    }
    return [
      ("reference", .array(prompts.map { side($0.reference) })),
      ("recomputed", .array(prompts.map { side($0.recomputed) })),
    ]
  }
}
