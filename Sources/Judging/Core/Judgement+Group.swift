extension Judgement {
  /// What several comparisons say together, of the outputs of two device classes for instance: all must
  /// pass, so the weakest speaks, with its tests; flags are those of all.
  ///
  /// Each comparison must have been judged with its part of the error: `Looks(planned:)` of as many looks as
  /// there are comparisons. Nil for none.
  package static func weakest(of judgements: [Judgement]) -> Judgement? {
    guard var weakest = judgements.max(by: { $0.verdict.weakness < $1.verdict.weakness }) else {
      return nil
    }
    weakest.flags = judgements.reduce(into: []) { $0.formUnion($1.flags) }
    if judgements.count > 1 {
      let counts = Verdict.allCases.compactMap { verdict -> String? in
        let count = judgements.count { $0.verdict == verdict }
        return count > 0 ? "\(count) \(verdict.rawValue)" : nil
      }
      weakest.findings.append(
        "of \(judgements.count) comparisons: \(counts.joined(separator: ", "))")
    }
    return weakest
  }
}

extension Verdict {
  /// How little a verdict lets one rely on: what is shown to be wrong weighs more than what is not known.
  fileprivate var weakness: Int {
    switch self {
    case .bitIdentical: 0
    case .numericallyEquivalent: 1
    case .statisticallyEquivalent: 2
    case .notComparable: 3
    case .inconclusive: 4
    case .divergent: 5
    }
  }
}
