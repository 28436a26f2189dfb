/// How many rows each side has, where rows are compared one by one.
///
/// A recomputed output with fewer rows, all of them equal to the reference's first, is truncated; any other
/// difference in number is one of shape.
struct RowCounts: Sendable {
  let reference: Int
  let recomputed: Int

  /// Rows that both sides have.
  var common: Int { min(reference, recomputed) }

  /// - Parameter isEqual: whether all common rows are equal.
  func defect(isEqual: Bool, looks: Looks) -> Judgement? {
    guard reference != recomputed else { return nil }
    let counts = "the reference has \(reference) rows, the other \(recomputed)"
    return isEqual && recomputed < reference
      ? .defect(.truncated, looks: looks.number, counts + ", and is its beginning")
      : .defect(.shape, looks: looks.number, counts)
  }
}
