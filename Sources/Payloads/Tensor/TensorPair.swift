package import Judging

/// Two tensors in files, read side by side into a judge: whatever their size, memory is that of a few blocks.
package enum TensorPair {
  /// Elements of a block: both sides' blocks stay in a core's second cache between reading and judging.
  private static let blockElements = 1 << 16
  /// Elements of a block where files in Fortran order are read: whole rows, put together from columns.
  private static let gatheredElements = 1 << 20

  package static func judgement(
    reference: TensorPayload, recomputed: TensorPayload, terms: Terms
  ) throws(PayloadError) -> Judgement {
    var judge = TensorJudge(
      terms: terms, reference: reference.form, recomputed: recomputed.form)
    let sides = (ElementReader(reference), ElementReader(recomputed))
    let total = judge.elements
    let step = try block(reference, recomputed, of: blockElements)
    if reference.type.fitsFloat, recomputed.type.fitsFloat {
      var blocks: ([Float], [Float]) = ([], [])
      try pass(sides, total, step, &judge) { sides, range, judge throws(PayloadError) in
        try sides.0.read(range, into: &blocks.0)
        try sides.1.read(range, into: &blocks.1)
        try judging(recomputed.path) { () throws(JudgingError) in
          try judge.add(blocks.0.span, blocks.1.span)
        }
      }
    } else {
      var blocks: ([Double], [Double]) = ([], [])
      try pass(sides, total, step, &judge) { sides, range, judge throws(PayloadError) in
        try sides.0.read(range, into: &blocks.0)
        try sides.1.read(range, into: &blocks.1)
        try judging(recomputed.path) { () throws(JudgingError) in
          try judge.add(blocks.0.span, blocks.1.span)
        }
      }
    }
    try reference.checkUnchanged()
    try recomputed.checkUnchanged()
    return try judging(recomputed.path) { () throws(JudgingError) in try judge.judgement() }
  }

  private typealias Sides = (ElementReader, ElementReader)

  private static func pass(
    _ readers: Sides, _ total: Int, _ step: Int, _ judge: inout TensorJudge,
    _ body: (inout Sides, Range<Int>, inout TensorJudge) throws(PayloadError) -> Void
  ) throws(PayloadError) {
    var sides = readers
    var from = 0
    while from < total {
      let range = from..<min(from + step, total)
      try body(&sides, range, &judge)
      // Two integers beyond 2^53, or two NaNs, may become one number.
      let stored = (sides.0.stored, sides.1.stored)
      if stored.0.count == stored.1.count, stored.0 != stored.1 { judge.noteHiddenDifference() }
      from = range.upperBound
    }
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
