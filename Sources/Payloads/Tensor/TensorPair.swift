package import Judging

/// Two tensors in files, read side by side into a judge: whatever their size, memory is that of a few blocks.
package enum TensorPair {
  /// Elements of a block: large enough that handing it over does not count, small enough to stay in the
  /// processor's cache between reading and judging.
  private static let blockElements = 1 << 17
  /// Elements of a block where files in Fortran order are read: whole rows, put together from columns.
  private static let gatheredElements = 1 << 20

  package static func judgement(
    reference: TensorPayload, recomputed: TensorPayload, terms: Terms
  ) throws(PayloadError) -> Judgement {
    var judge = TensorJudge(
      terms: terms, reference: reference.form, recomputed: recomputed.form)
    let step = try block(reference, recomputed, of: blockElements)
    if reference.type.fitsFloat, recomputed.type.fitsFloat {
      try pass(reference, recomputed, judge.elements, step, as: Float.self) {
        block throws(PayloadError) in
        if block.hidesDifference { judge.noteHiddenDifference() }
        try judging(recomputed.path) { () throws(JudgingError) in
          try judge.add(block.reference.span, block.recomputed.span)
        }
      }
    } else {
      try pass(reference, recomputed, judge.elements, step, as: Double.self) {
        block throws(PayloadError) in
        if block.hidesDifference { judge.noteHiddenDifference() }
        try judging(recomputed.path) { () throws(JudgingError) in
          try judge.add(block.reference.span, block.recomputed.span)
        }
      }
    }
    try reference.checkUnchanged()
    try recomputed.checkUnchanged()
    return try judging(recomputed.path) { () throws(JudgingError) in try judge.judgement() }
  }

  /// The same elements of both sides, and what reads them.
  private struct Block<Element: StoredElement>: Sendable {
    var readers: (reference: ElementReader, recomputed: ElementReader)
    var reference: [Element] = []
    var recomputed: [Element] = []

    /// Whether stored elements differ that may have become one number: integers beyond 2^53, or NaNs.
    var hidesDifference: Bool {
      let stored = (readers.reference.stored, readers.recomputed.stored)
      return stored.0.count == stored.1.count && stored.0 != stored.1
    }

    mutating func read(_ range: Range<Int>) throws(PayloadError) {
      try readers.reference.read(range, into: &reference)
      try readers.recomputed.read(range, into: &recomputed)
    }
  }

  private static func pass<Element: StoredElement>(
    _ reference: TensorPayload, _ recomputed: TensorPayload, _ total: Int, _ step: Int,
    as: Element.Type, _ use: (Block<Element>) throws(PayloadError) -> Void
  ) throws(PayloadError) {
    let block = Block<Element>(readers: (ElementReader(reference), ElementReader(recomputed)))
    try ReadAhead.run(
      (total + step - 1) / step, block: block,
      fill: { number, block throws(PayloadError) in
        try block.read(number * step..<min((number + 1) * step, total))
      }, use: use)
  }

  /// How many elements to read at a time: whole rows, where a file has to be put together.
  static func block(
    _ a: TensorPayload, _ b: TensorPayload, of elements: Int
  ) throws(PayloadError) -> Int {
    guard let transposed = [a, b].first(where: \.isTransposed) else { return elements }
    let width = max(transposed.form.width, 1)
    guard width <= gatheredElements else {
      throw PayloadError(
        .unsupported, transposed.path,
        "Fortran order with rows of \(width) elements; convert with numpy.ascontiguousarray")
    }
    return gatheredElements / width * width
  }
}
