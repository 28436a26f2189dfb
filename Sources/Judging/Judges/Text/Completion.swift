/// One completion of a prompt.
package struct Completion: Sendable, Equatable {
  /// Token ids; where there are none, the text's UTF-8 (NFC).
  package let tokens: [Int32]
  /// The log-likelihood of the whole completion under the *reference* model; nil where nobody scored it.
  package let logLikelihood: Double?

  package init(tokens: [Int32], logLikelihood: Double? = nil) {
    self.tokens = tokens
    self.logLikelihood = logLikelihood
  }

  /// A completion without token ids. Text must be NFC: two normal forms of one text are two texts here.
  package init(utf8: some Sequence<UInt8>, logLikelihood: Double? = nil) {
    self.init(tokens: utf8.map(Int32.init), logLikelihood: logLikelihood)
  }

  /// The share of positions, of the longer one's, at which two completions have the same token: what the
  /// Hamming kernel of model equality testing says (Gao et al. 2024) when all are padded to `length`.
  static func likeness(_ a: Completion, _ b: Completion, length: Int) -> Double {
    guard length > 0 else { return 1 }
    let common = min(a.tokens.count, b.tokens.count)
    var equal = length - max(a.tokens.count, b.tokens.count)
    for i in 0..<common where a.tokens[i] == b.tokens[i] { equal += 1 }
    return Double(equal) / Double(length)
  }
}

/// What both sides said to one prompt.
package struct PromptAnswers: Sendable, Equatable {
  package let reference: [Completion]
  package let recomputed: [Completion]

  package init(reference: [Completion], recomputed: [Completion]) {
    self.reference = reference
    self.recomputed = recomputed
  }
}
