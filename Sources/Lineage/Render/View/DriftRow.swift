import Canonical

/// One statistic of one pair of device classes, out of the answer of `GET views/{digest}`.
struct DriftRow {
  let first: String
  let second: String
  let test: String
  let threshold: Double
  /// Ascending.
  let values: [Double]
  let count: Int64

  /// Those of a comparison, at the most `limit`: what lies nearest to its threshold first.
  static func rows(of comparison: JSONNode, limit: Int) -> [DriftRow] {
    let between = comparison["between"]?.elements.map { PlainText.line($0.text ?? "?") } ?? []
    let rows = (comparison["drift"]?.elements.map(\.self) ?? []).compactMap { drift -> DriftRow? in
      guard between.count == 2, let test = drift["test"]?.text,
        let threshold = drift["threshold"]?.double
      else { return nil }
      return DriftRow(
        first: between[0], second: between[1], test: PlainText.line(test), threshold: threshold,
        values: drift["values"]?.elements.compactMap(\.double) ?? [],
        count: drift["count"]?.integer ?? 0)
    }
    return Array(rows.sorted { $0.greatest > $1.greatest }.prefix(limit))
  }

  private var greatest: Double {
    values.map { DriftScale.place(of: $0, threshold: threshold) }.max() ?? 0
  }

  /// `A100`, or `A100 / H100`.
  static func pair(_ comparison: JSONNode) -> String {
    let names = comparison["between"]?.elements.map { PlainText.line($0.text ?? "?") } ?? []
    guard names.count == 2 else { return "?" }
    return names[0] == names[1] ? "within \(names[0])" : "\(names[0]) / \(names[1])"
  }

  var median: Double { values.isEmpty ? 0 : values[values.count / 2] }
}
