/// Which items of an output a summary keeps: one of each of so many equal parts, drawn with a seed.
///
/// A share among them is a share among all, to the bounds of that many trials. Whoever makes the output can
/// know which they are: a summary is a memory, not a defence against its maker.
struct Strata: Sendable, Equatable {
  /// Ascending; all items where there are no more than were asked for.
  let items: [Int]
  let total: Int

  init(items total: Int, at most: Int, seed: UInt64) {
    self.total = total
    guard total > most else {
      items = Array(0..<max(total, 0))
      return
    }
    var generator = SeededGenerator(seed: seed)
    items = (0..<most).map { part in
      let start = part.multipliedFullWidth(by: total)
      let low = most.dividingFullWidth(start).quotient
      let next = (part + 1).multipliedFullWidth(by: total)
      let high = most.dividingFullWidth(next).quotient
      return low + generator.below(high - low)
    }
  }

  /// Whether nothing was left out.
  var isComplete: Bool { items.count == total }
}
