import Canonical
import Lineage

/// A plan, for people.
struct RebuildPlanText {
  let plan: JSONNode

  private var items: [JSONNode] { plan["items"]?.elements.map(\.self) ?? [] }

  var runnable: Int { items.count { $0["state"]?.isText("listed") == false } }

  /// What is run and what is not, why, and what it took before.
  func lines(limit: Int) -> [String] {
    let listed = items.count - runnable
    var lines = [
      "\(Amounts.count(Int64(runnable), "item")) to run"
        + (listed > 0 ? ", \(listed) that cannot be" : "")
        + ", planned at index \(plan["at"]?.integer ?? -1)"
    ]
    lines += items.prefix(limit).map(Self.line)
    if items.count > limit { lines.append("  … and \(items.count - limit) more") }
    for expected in plan["expected"]?.elements.map(\.self) ?? [] {
      let name = PlainText.line(expected["class"]?.text ?? "?")
      let count = Amounts.count(expected["items"]?.integer ?? 0, "item")
      let runs = Amounts.count(expected["runs"]?.integer ?? 0, "past run")
      lines.append(
        "\(count) on \(name): \(Self.seconds(expected["seconds"]?.double ?? 0)), by \(runs)")
    }
    return lines
  }

  private static func line(_ item: JSONNode) -> String {
    var parts = [
      "\(item["number"]?.integer ?? -1)", item["state"]?.text ?? "?", item["view"]?.text ?? "?",
      item["goal"]?.text ?? "?",
    ]
    if let name = item["class"]?.text { parts.append("on \(PlainText.line(name))") }
    if let after = item["after"], after.count > 0 {
      let numbers = after.elements.compactMap { $0.integer.map(String.init) }
      parts.append("after \(numbers.prefix(10).joined(separator: ","))")
    }
    if let reason = item["reason"]?.text { parts.append("(\(PlainText.line(reason)))") }
    if let seconds = item["expected"]?["seconds"]?.double { parts.append(self.seconds(seconds)) }
    return "  " + parts.joined(separator: "  ")
  }

  private static func seconds(_ value: Double) -> String {
    let tenths = Int((min(max(value, 0), 1e12) * 10).rounded())
    return tenths < 1200 ? "\(tenths / 10).\(tenths % 10) s" : "\(tenths / 600) min"
  }
}
