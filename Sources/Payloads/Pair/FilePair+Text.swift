internal import Judging

extension FilePair {
  func tokens(
    _ reference: TablePayload, _ recomputed: TablePayload, _ terms: Terms
  ) throws(PayloadError) -> Judgement {
    let layout = declared.layout
    // The recomputed model is the one that says what the reference's tokens cost.
    var evidence = try evidence(declared.recomputed)
    return try withRows(reference, recomputed, terms) { pairs throws(PayloadError) in
      var judge = TokenJudge(
        terms: terms, reference: pairs.counts.reference, recomputed: pairs.counts.recomputed)
      while let (a, b) = try pairs.next() {
        var costs: [TokenJudge.Evidence] = []
        if evidence != nil {
          guard let row = try evidence?.next() else {
            throw b.refuse("the evidence ends before it")
          }
          costs = try Self.costs(row, layout)
        }
        let sides = (
          try a.tokens(layout.name(.tokens)), try b.tokens(layout.name(.tokens))
        )
        try judging(recomputed.path) { () throws(JudgingError) in
          try judge.add(
            sides.0, sides.1, evidence: costs, endOfSequence: layout.endOfSequence)
        }
      }
      return try judging(recomputed.path) { () throws(JudgingError) in try judge.judgement() }
    }
  }

  private static func costs(
    _ row: Row, _ layout: Layout
  ) throws(PayloadError) -> [TokenJudge.Evidence] {
    let shifts = try row.numbers(layout.name(.logProbabilityShift))
    let deficits = try row.numbers(layout.name(.deficit))
    guard shifts.count == deficits.count else {
      throw row.refuse("\(shifts.count) shifts and \(deficits.count) deficits")
    }
    return zip(shifts, deficits).map { .init(logProbabilityShift: $0, deficit: $1) }
  }

  /// Text of 16 MiB a side at most: every completion is compared with every other of its prompt.
  func text(
    _ reference: TablePayload, _ recomputed: TablePayload, _ terms: Terms
  ) throws(PayloadError) -> Judgement {
    var prompts: [[UInt8]] = []
    let ours = try completions(reference, &prompts)
    let theirs = try completions(recomputed, &prompts)
    return TextJudge.judgement(
      terms: terms,
      prompts: prompts.map {
        PromptAnswers(reference: ours[$0] ?? [], recomputed: theirs[$0] ?? [])
      })
  }

  /// By prompt, which an id or its text names. `prompts` gets those that are new, in their order.
  private func completions(
    _ payload: TablePayload, _ prompts: inout [[UInt8]]
  ) throws(PayloadError) -> [[UInt8]: [Completion]] {
    let layout = declared.layout
    var known = Set(prompts)
    var answers: [[UInt8]: [Completion]] = [:]
    var held = 0
    var rows = try payload.rows(layout)
    while let row = try rows.next() {
      let prompt = try row.bytes(layout.name(.prompt))
      let likelihood = try row.cell(layout.name(.logLikelihood)).map { _ throws(PayloadError) in
        try row.number(layout.name(.logLikelihood))
      }
      let completion =
        row.cell(layout.name(.tokens)) == nil
        ? Completion(utf8: try row.bytes(layout.name(.text)), logLikelihood: likelihood)
        : Completion(tokens: try row.tokens(layout.name(.tokens)), logLikelihood: likelihood)
      held += completion.tokens.count
      guard held <= 1 << 24 else {
        throw PayloadError(
          .tooLarge, payload.path, at: row.position, "more than 16 MiB of completions")
      }
      if known.insert(prompt).inserted { prompts.append(prompt) }
      answers[prompt, default: []].append(completion)
    }
    return answers
  }

  func rankings(
    _ reference: TablePayload, _ recomputed: TablePayload, _ terms: Terms
  ) throws(PayloadError) -> Judgement {
    try withRows(reference, recomputed, terms) { pairs throws(PayloadError) in
      var judge = RankingJudge(
        terms: terms, reference: pairs.counts.reference, recomputed: pairs.counts.recomputed)
      while let (a, b) = try pairs.next() { judge.add(try ranked(a), try ranked(b)) }
      return try judging(recomputed.path) { () throws(JudgingError) in try judge.judgement() }
    }
  }

  private func ranked(_ row: Row) throws(PayloadError) -> RankedList {
    let (ids, scores) = (declared.layout.name(.ids), declared.layout.name(.scores))
    let names = try row.byteLists(ids)
    guard case .named = row.content, row.cell(scores) != nil else { return RankedList(ids: names) }
    let numbers = try row.numbers(scores)
    guard numbers.count == names.count else {
      throw row.refuse("\(names.count) ids and \(numbers.count) scores")
    }
    return RankedList(ids: names, scores: numbers)
  }
}
