internal import Judging

extension FilePair {
  func labels(
    _ reference: TablePayload, _ recomputed: TablePayload, _ terms: Terms
  ) throws(PayloadError) -> Judgement {
    declared.layout.labels == .draws
      ? try draws(reference, recomputed, terms) : try paired(reference, recomputed, terms)
  }

  private func paired(
    _ reference: TablePayload, _ recomputed: TablePayload, _ terms: Terms
  ) throws(PayloadError) -> Judgement {
    var names = LabelNames(declared.layout)
    // Gaps of the reference, one a row in its order; with keyed rows they stand in the rows themselves.
    var gaps = try terms.contract.rows == .ordered ? evidence(declared.reference) : nil
    let column = declared.layout.name(.gap)
    return try withRows(reference, recomputed, terms) { pairs throws(PayloadError) in
      var judge = LabelJudge(
        terms: terms, reference: pairs.counts.reference, recomputed: pairs.counts.recomputed,
        classes: names.classes)
      while let (a, b) = try pairs.next() {
        var gap: Double?
        if gaps != nil {
          guard let row = try gaps?.next() else { throw a.refuse("the evidence ends before it") }
          gap = try row.number(column)
        } else if case .named = a.content, a.cell(column) != nil {
          gap = try a.number(column)
        }
        judge.add(try names.number(a), try names.number(b), gap: gap)
      }
      return try judging(recomputed.path) { () throws(JudgingError) in try judge.judgement() }
    }
  }

  /// Two samples of categories.
  private func draws(
    _ reference: TablePayload, _ recomputed: TablePayload, _ terms: Terms
  ) throws(PayloadError) -> Judgement {
    var names = LabelNames(declared.layout)
    let counts = (try count(reference, &names), try count(recomputed, &names))
    let categories = Set(counts.0.keys).union(counts.1.keys).sorted()
    return LabelDrawsJudge(
      terms: terms, reference: categories.map { counts.0[$0, default: 0] },
      recomputed: categories.map { counts.1[$0, default: 0] }
    ).judgement()
  }

  private func count(
    _ payload: TablePayload, _ names: inout LabelNames
  ) throws(PayloadError) -> [Int32: Int] {
    var rows = try payload.rows(declared.layout)
    var counts: [Int32: Int] = [:]
    while let row = try rows.next() {
      counts[try names.number(row), default: 0] += 1
      guard counts.count <= 1 << 16 else {
        throw row.refuse("more than \(1 << 16) categories: these are no labels")
      }
    }
    return counts
  }

  /// The rows of a side's evidence; nil where none was declared.
  func evidence(_ side: Declaration) throws(PayloadError) -> (any RowReader)? {
    guard let path = side.evidence else { return nil }
    return try TablePayload(path).rows(declared.layout)
  }
}
