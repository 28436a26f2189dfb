internal import Judging

// Outputs of numbers: tensors and probabilities, in tensor files or as rows of a table.
extension FilePair {
  func tensors(
    _ reference: TablePayload, _ recomputed: TablePayload, _ terms: Terms
  ) throws(PayloadError) -> Judgement {
    if reference.isTensor, recomputed.isTensor, terms.contract.rows == .ordered {
      return try TensorPair.judgement(
        reference: try reference.tensor(declared.layout),
        recomputed: try recomputed.tensor(declared.layout), terms: terms)
    }
    return try withRows(reference, recomputed, terms) { pairs throws(PayloadError) in
      var vectors = try VectorPairs(&pairs, declared.layout)
      var judge = TensorJudge(
        terms: terms, reference: vectors.forms.reference, recomputed: vectors.forms.recomputed)
      while judge.elementsRead < judge.elements, let (a, b) = try vectors.next(&pairs) {
        try judging(recomputed.path) { () throws(JudgingError) in try judge.add(a.span, b.span) }
      }
      return try judging(recomputed.path) { () throws(JudgingError) in try judge.judgement() }
    }
  }

  func probabilities(
    _ reference: TablePayload, _ recomputed: TablePayload, _ terms: Terms
  ) throws(PayloadError) -> Judgement {
    if reference.isTensor, recomputed.isTensor, terms.contract.rows == .ordered {
      return try ProbabilityPair.judgement(
        reference: try reference.tensor(declared.layout),
        recomputed: try recomputed.tensor(declared.layout), terms: terms)
    }
    return try withRows(reference, recomputed, terms) { pairs throws(PayloadError) in
      var vectors = try VectorPairs(&pairs, declared.layout)
      let forms = vectors.forms
      var judge = ProbabilityJudge(
        terms: terms, reference: forms.reference, recomputed: forms.recomputed)
      if forms.reference.width == forms.recomputed.width, forms.reference.width > 0 {
        while let (a, b) = try vectors.next(&pairs) {
          try judging(recomputed.path) { () throws(JudgingError) in try judge.add(a.span, b.span) }
        }
      }
      return try judging(recomputed.path) { () throws(JudgingError) in try judge.judgement() }
    }
  }
}

/// Rows of numbers, all of one length, out of two tables.
private struct VectorPairs {
  private let layout: Layout
  private var first: (Row, Row)?
  let forms: (reference: TensorForm, recomputed: TensorForm)

  /// Looks at the first rows for their length.
  init(_ pairs: inout RowPairs, _ layout: Layout) throws(PayloadError) {
    self.layout = layout
    first = try pairs.next()
    var widths = (0, 0)
    if let (a, b) = first {
      widths = (try Self.vector(a, layout).count, try Self.vector(b, layout).count)
    }
    forms = (
      TensorForm(shape: [pairs.counts.reference, widths.0], storage: "F64"),
      TensorForm(shape: [pairs.counts.recomputed, widths.1], storage: "F64")
    )
  }

  mutating func next(
    _ pairs: inout RowPairs
  ) throws(PayloadError) -> ([Double], [Double])? {
    var rows = first
    first = nil
    if rows == nil { rows = try pairs.next() }
    guard let rows else { return nil }
    return (
      try vector(rows.0, forms.reference.width), try vector(rows.1, forms.recomputed.width)
    )
  }

  private func vector(_ row: Row, _ width: Int) throws(PayloadError) -> [Double] {
    let vector = try Self.vector(row, layout)
    guard vector.count == width else {
      throw row.refuse("\(vector.count) numbers, and the first row has \(width)")
    }
    return vector
  }

  private static func vector(_ row: Row, _ layout: Layout) throws(PayloadError) -> [Double] {
    try row.vector(layout.name(.values), except: layout.name(.key))
  }
}
