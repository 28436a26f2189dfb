internal import Judging

/// Two tensors of probabilities in files; the last axis counts the classes.
enum ProbabilityPair {
  private static let blockElements = 1 << 16
  /// More classes than any vocabulary has.
  private static let mostClasses = 1 << 22

  static func judgement(
    reference: TensorPayload, recomputed: TensorPayload, terms: Terms
  ) throws(PayloadError) -> Judgement {
    let forms = try (rows(of: reference), rows(of: recomputed))
    var judge = ProbabilityJudge(
      terms: terms, reference: forms.0.form, recomputed: forms.1.form)
    let width = forms.0.form.width
    if forms.0.lead == forms.1.lead, width == forms.1.form.width, width > 0 {
      let total = min(forms.0.form.rows, forms.1.form.rows) * width
      let wholeRows = max(1, blockElements / width) * width
      var step = try TensorPair.block(reference, recomputed, of: wholeRows)
      // A row of a file in Fortran order may hold several rows of probabilities, never a part of one.
      step = max(step / width, 1) * width
      var readers = (ElementReader(reference), ElementReader(recomputed))
      var blocks: ([Double], [Double]) = ([], [])
      for from in stride(from: 0, to: total, by: step) {
        let range = from..<min(from + step, total)
        try readers.0.read(range, into: &blocks.0)
        try readers.1.read(range, into: &blocks.1)
        try judging(recomputed.path) { () throws(JudgingError) in
          try judge.add(blocks.0.span, blocks.1.span)
        }
      }
    }
    try reference.checkUnchanged()
    try recomputed.checkUnchanged()
    return try judging(recomputed.path) { () throws(JudgingError) in try judge.judgement() }
  }

  /// The tensor as rows of classes, and the extents between the first and the last, which must be equal for
  /// rows of two tensors to belong together.
  private static func rows(
    of payload: TensorPayload
  ) throws(PayloadError) -> (form: TensorForm, lead: ArraySlice<Int>) {
    let shape = payload.shape
    guard let classes = shape.last else {
      throw PayloadError(.mismatched, payload.path, "one number is no row of probabilities")
    }
    guard classes <= mostClasses else {
      throw PayloadError(
        .mismatched, payload.path,
        "rows of \(classes) probabilities; at most \(mostClasses) are read")
    }
    let rows = shape.dropLast().reduce(1, *)
    let form = shape.count == 1 ? shape : [rows, classes]
    return (
      TensorForm(shape: form, storage: payload.form.storage), shape.dropFirst().dropLast()
    )
  }
}
