internal import Judging

extension FilePair {
  /// Numbers that are held at once, of each side.
  private static let mostNumbers = 1 << 22

  func scalars(
    _ reference: TablePayload, _ recomputed: TablePayload, _ terms: Terms
  ) throws(PayloadError) -> Judgement {
    switch declared.layout.scalars {
    case .curve:
      return CurveJudge.judgement(
        terms: terms, reference: try curve(reference), recomputed: try curve(recomputed))
    case .runs:
      return SampleJudge.judgement(
        terms: terms, reference: try numbers(reference), recomputed: try numbers(recomputed))
    case .each:
      let column = declared.layout.name(.value)
      guard terms.contract.rows == .keyed else {
        return ScalarJudge.judgement(
          terms: terms, reference: try numbers(reference), recomputed: try numbers(recomputed))
      }
      return try withRows(reference, recomputed, terms) { pairs throws(PayloadError) in
        var values: ([Double], [Double]) = ([], [])
        while let (a, b) = try pairs.next() {
          values.0.append(try a.number(column))
          values.1.append(try b.number(column))
        }
        return ScalarJudge.judgement(terms: terms, reference: values.0, recomputed: values.1)
      }
    }
  }

  private func numbers(_ payload: TablePayload) throws(PayloadError) -> [Double] {
    var numbers: [Double] = []
    try each(payload) { row throws(PayloadError) in
      numbers.append(try row.number(declared.layout.name(.value)))
    }
    return numbers
  }

  private func curve(_ payload: TablePayload) throws(PayloadError) -> Curve {
    var (steps, losses): ([Int], [Double]) = ([], [])
    try each(payload) { row throws(PayloadError) in
      let step = try row.integer(declared.layout.name(.step))
      if let last = steps.last, step <= last { throw row.refuse("step \(step) after \(last)") }
      steps.append(step)
      losses.append(try row.number(declared.layout.name(.loss)))
    }
    guard !steps.isEmpty else { throw PayloadError(.mismatched, payload.path, "no step") }
    return Curve(steps: steps, losses: losses)
  }

  private func each(
    _ payload: TablePayload, _ body: (Row) throws(PayloadError) -> Void
  ) throws(PayloadError) {
    var rows = try payload.rows(declared.layout)
    var count = 0
    while let row = try rows.next() {
      count += 1
      guard count <= Self.mostNumbers else {
        throw PayloadError(
          .tooLarge, payload.path, at: row.position,
          "more than \(Self.mostNumbers) scalars; judge a long list as a tensor")
      }
      try body(row)
    }
  }
}
