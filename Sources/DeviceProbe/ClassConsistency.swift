/// Whether a card's readings can be those of a class.
struct ClassConsistency {
  let row: ClassTable.Row
  let card: CardReadings
  let isShare: Bool

  /// Every reading that the class does not have. A figure that the table lacks is against nobody.
  var conflicts: [Conflict] {
    var conflicts: [Conflict] = []
    for (reader, value) in card.texts("computeCapability") {
      if let known = row.computeCapability, known != value {
        conflicts.append(conflict("computeCapability", known, reader, value))
      }
    }
    conflicts += differing("memoryBusBits", row.memoryBusBits)
    conflicts += differing("l2Bytes", isShare ? nil : row.l2Bytes)
    conflicts += differing("smCount", isShare ? nil : row.smCount)
    if !isShare {
      conflicts += foreignMemory("nvml", card.nvml, row.nvmlTotals)
      conflicts += foreignMemory("cuda", card.cuda, row.cudaTotals)
    }
    return conflicts
  }

  private func differing(_ what: String, _ known: Int64?) -> [Conflict] {
    guard let known else { return [] }
    return card.numbers(what).filter { $0.value != known }
      .map { conflict(what, "\(known)", $0.reader, "\($0.value)") }
  }

  /// Totals differ a little between drivers: 3 % is the same card.
  private func foreignMemory(
    _ reader: String, _ readings: Readings, _ seen: [Int64]
  ) -> [Conflict] {
    guard let total = readings.number("memoryTotalBytes"), !seen.isEmpty else { return [] }
    let isKnown = seen.contains { abs($0 - total) * 100 <= $0 * 3 }
    let known = seen.map { "\($0)" }.joined(separator: " or ")
    return isKnown ? [] : [conflict("memoryTotalBytes", known, reader, "\(total)")]
  }

  private func conflict(
    _ what: String, _ known: String, _ reader: String, _ value: String
  ) -> Conflict {
    Conflict(what: what, sides: [("class", known), (reader, value)])
  }
}
