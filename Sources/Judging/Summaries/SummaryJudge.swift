/// Judges two outputs of which at least one has only a summary left.
package enum SummaryJudge {
  /// Compares two summaries.
  ///
  /// - Parameter haveEqualContent: whether the outputs' content has one digest: the only way in which
  ///   summaries show bit identity.
  ///
  /// Not comparable: summaries of two types, or made with two seeds.
  package static func judgement(
    terms: Terms, reference: Summary, recomputed: Summary, haveEqualContent: Bool
  ) -> Judgement {
    let looks = terms.looks
    if haveEqualContent {
      return Judgement(.bitIdentical, flags: [.fromSummaries], looks: looks.number)
    }
    var judgement: Judgement
    if reference.type != recomputed.type || reference.seed != recomputed.seed {
      judgement = Judgement(
        .notComparable, looks: looks.number,
        findings: ["the summaries are of two types, or were made with two seeds"])
    } else {
      judgement = compare(terms, reference, recomputed)
    }
    judgement.flags.insert(.fromSummaries)
    return judgement
  }

  private static func compare(
    _ terms: Terms, _ reference: Summary, _ recomputed: Summary
  ) -> Judgement {
    let looks = terms.looks
    if case .numbers(let ours) = reference.content, case .numbers(let theirs) = recomputed.content {
      return notIdentical(
        ScalarJudge.judgement(terms: terms, reference: ours, recomputed: theirs))
    }
    if case .rows(let ours) = reference.content, case .rows(let theirs) = recomputed.content {
      return RowSummaryJudge(terms: terms, type: reference.type, ours, theirs).judgement()
    }
    guard reference.items == recomputed.items else {
      return .defect(
        .shape, looks: looks.number,
        "the reference has \(reference.items) items, the other \(recomputed.items)")
    }
    switch (reference.content, recomputed.content) {
    case (.labels(let ours), .labels(let theirs)):
      return labels(terms, ours, theirs)
    case (.prints(let ours), .prints(let theirs)):
      return prints(terms, ours, theirs)
    default:
      preconditionFailure("one type has one content")
    }
  }

  /// The kept labels, as a sample of all.
  private static func labels(_ terms: Terms, _ ours: [Int32], _ theirs: [Int32]) -> Judgement {
    var judge = LabelJudge(terms: terms, reference: ours.count, recomputed: ours.count)
    for (a, b) in zip(ours, theirs) { judge.add(a, b) }
    do {
      let judgement = try judge.judgement()
      guard judgement.verdict == .bitIdentical else { return judgement }
    } catch {
      preconditionFailure("all labels were read")
    }
    // No flip among the kept ones: a bound, not an identity.
    return none(terms, ours.count, limit: terms.contract[.flipShare], "labels")
  }

  /// Hashes only say how many items are equal.
  private static func prints(_ terms: Terms, _ ours: [UInt64], _ theirs: [UInt64]) -> Judgement {
    let unequal = zip(ours, theirs).count { $0 != $1 }
    guard unequal > 0 else { return none(terms, ours.count, limit: 0.05, "items") }
    return Judgement(
      .inconclusive, flags: [.noEvidence], need: .init(1, of: .evidence),
      looks: terms.looks.number,
      findings: ["\(unequal) of \(ours.count) kept items differ; how much, a summary does not say"])
  }

  private static func none(
    _ terms: Terms, _ kept: Int, limit: Double, _ what: String
  ) -> Judgement {
    let bound = ShareBound(failures: 0, trials: kept, limit: limit)
    let isShown = bound.isWithin(terms.looks)
    return Judgement(
      isShown ? .statisticallyEquivalent : .inconclusive,
      tests: [bound.test("different.share", terms.looks)],
      need: isShown ? nil : .init(bound.need(terms.looks), of: .items),
      looks: terms.looks.number, findings: ["all \(kept) kept \(what) are equal"])
  }

  /// Numbers are kept as they are, but their stored bytes are not.
  private static func notIdentical(_ judgement: Judgement) -> Judgement {
    guard judgement.verdict == .bitIdentical else { return judgement }
    var judgement = judgement
    judgement.verdict = .numericallyEquivalent
    judgement.findings.append("all numbers are equal; the bytes are not, or not known to be")
    return judgement
  }
}
