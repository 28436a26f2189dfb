package import Canonical
import Judging

extension ViewText {
  /// What a person wants to know first.
  package static func sentence(_ view: JSONNode) -> String {
    let classes = view["classes"]?.elements.compactMap { $0["class"]?.text } ?? []
    let names = classes.map { PlainText.line($0) }.joined(separator: ", ")
    let kept = (view["outputs"]?.integer ?? 0) - (view["disowned"]?.integer ?? 0)
    let comparisons = view["comparisons"]?.elements.map(\.self) ?? []
    guard kept > 0 else {
      return (view["outputs"]?.integer ?? 0) > 0
        ? "Every output is disowned: there is nothing to rest on." : "It has no output yet."
    }
    guard !comparisons.isEmpty else {
      return kept == 1
        ? "One output, on \(names): nothing to compare it with." : "Nothing is judged yet."
    }
    if let worst = comparisons.first(where: { number("divergent", $0["verdicts"]) > 0 }) {
      return "\(said(of: worst)) differ\(drift(worst))."
    }
    if let open = comparisons.first(where: { number("inconclusive", $0["verdicts"]) > 0 }) {
      return "\(said(of: open)) are not decided\(drift(open))."
    }
    let said = Set(comparisons.flatMap { $0["verdicts"]?.members.compactMap(\.key.text) ?? [] })
    if said == ["bit_identical"] { return "The same bytes on \(names)." }
    return said.contains("not_comparable")
      ? "Some outputs cannot be compared: \(counts(of: comparisons))."
      : "Equivalent on \(names): \(counts(of: comparisons))."
  }

  private static func said(of comparison: JSONNode) -> String {
    let pair = DriftRow.pair(comparison)
    return "Outputs \(pair.hasPrefix("within ") ? pair : "of \(pair)")"
  }

  /// The statistic that lies nearest to its limit.
  private static func drift(_ comparison: JSONNode) -> String {
    DriftRow.rows(of: comparison, limit: 1).first.map {
      ": \($0.test) \(range($0)), limit \(fourDigits($0.threshold))"
    } ?? ""
  }

  private static func counts(of comparisons: [JSONNode]) -> String {
    comparisons.map { "\(DriftRow.pair($0)) \(counts($0["verdicts"]))" }.joined(separator: "; ")
  }

  /// `bit_identical 3, divergent 1`.
  static func counts(_ counts: JSONNode?) -> String {
    (counts?.members.map { "\(PlainText.line($0.key.text ?? "?")) \($0.value.integer ?? 0)" } ?? [])
      .joined(separator: ", ")
  }

  /// The smallest and the largest value of a statistic.
  static func range(_ row: DriftRow) -> String {
    guard let least = row.values.first, let greatest = row.values.last else { return "?" }
    return least == greatest
      ? fourDigits(least) : "\(fourDigits(least)) to \(fourDigits(greatest))"
  }

  /// The values of a statistic on `DriftScale`, with `|` at the limit: `[....o.O..|..]`.
  static func strip(_ row: DriftRow, columns: Int) -> String {
    var cells = [Character](repeating: ".", count: columns)
    func cell(_ place: Double) -> Int { min(columns - 1, Int(place * Double(columns))) }
    cells[cell(DriftScale.limit)] = "|"
    for value in row.values {
      let place = cell(DriftScale.place(of: value, threshold: row.threshold))
      cells[place] = cells[place] == "o" || cells[place] == "O" ? "O" : "o"
    }
    return "[\(String(cells))]"
  }

  static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - DisplayWidth.columns(of: text)))
  }

  static func number(_ name: StaticString, _ node: JSONNode?) -> Int64 { node?[name]?.integer ?? 0 }
}
