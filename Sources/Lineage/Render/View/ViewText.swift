package import Canonical
import Judging

/// What `GET views/{digest}` answers, for people: whether it stands, what came out on which device class, and how far
/// apart.
package struct ViewText {
  private let view: JSONNode
  private let style: TextStyle
  /// Statistics of one pair of classes.
  private static let drifts = 4
  /// Columns of the scale.
  private static let scale = 32

  package init(_ view: JSONNode, _ style: TextStyle = TextStyle()) {
    self.view = view
    self.style = style
  }

  /// With a line feed at its end.
  package var text: String {
    var output = ""
    func line(_ text: String, _ colour: StyledLine.Colour = .plain) {
      var line = StyledLine()
      line.append(text, colour)
      line.write(to: &output, style)
    }
    heading(line)
    line("")
    classes(line)
    comparisons(line)
    family(line)
    line("")
    line(Self.sentence(view), .bold)
    return output
  }

  private typealias Line = (String, StyledLine.Colour) -> Void

  private func heading(_ line: Line) {
    let record = view["record"]
    let output = record?["output"]
    let name = PlainText.line(output?["name"]?.text ?? "erased")
    let kind = PlainText.line(output?["type"]?.text ?? "?")
    line("\(name) (\(kind))  \(view["digest"]?.text ?? "?")", .bold)
    let state = view["state"]?.text ?? "?"
    let since = view["since"]?.integer.map { " since \($0)" } ?? ""
    let colour: StyledLine.Colour = state == "fresh" ? .cyan : .yellow
    line("\(state)\(since), up to index \(Self.number("at", view))", colour)
    for reason in Self.reasons(view) { line("  " + reason, .plain) }
  }

  /// One sentence for each thing that makes the view what it is.
  package static func reasons(_ view: JSONNode) -> [String] {
    let because = view["because"]
    var sentences: [String] = []
    let own = Set(because?["retracted"]?.elements.compactMap(\.text) ?? [])
    for retraction in view["retractions"]?.elements.map(\.self) ?? [] {
      let digest = retraction["digest"]?.text ?? "?"
      sentences.append(
        (own.contains(digest) ? "it is retracted" : "rests on what is retracted") + ": "
          + told(retraction))
    }
    for one in because?["superseded"]?.elements.map(\.self) ?? [] {
      sentences.append(
        "its place was taken by \(one["to"]?.text ?? "?") at \(Self.number("index", one))")
    }
    for one in because?["recipes"]?.elements.map(\.self) ?? [] {
      let names =
        one["moves"]?.elements.compactMap { $0["name"]?.text }.map { PlainText.line($0) } ?? []
      let moved = names.isEmpty ? "" : ": \(names.joined(separator: ", ")) moved"
      sentences.append(
        "recipe \(one["recipe"]?.text ?? "?") leads to \(one["leadsTo"]?.text ?? "no view") since \(Self.number("since", one))\(moved)"
      )
    }
    if because?["more"]?.bool == true { sentences.append("and more retractions than are listed") }
    return sentences
  }

  /// A retraction in a sentence.
  package static func told(_ retraction: JSONNode) -> String {
    let effect = retraction["effect"]?.text == "ever" ? "was always wrong" : "is wrong from now on"
    let replacement =
      retraction["replacement"]?.text.map { ", replaced by \($0)" } ?? ", with no replacement"
    let reason = PlainText.line(retraction["reason"]?.text ?? "?", limit: 200)
    return "\(retraction["subject"]?.text ?? "?") \(effect) (\(reason))\(replacement)"
  }

  private func classes(_ line: Line) {
    let classes = view["classes"]?.elements.map(\.self) ?? []
    let more = view["more"]?.bool == true ? " (the newest)" : ""
    line(
      "\(Amounts.count(Self.number("outputs", view), "output"))\(more), \(Amounts.count(Self.number("executions", view), "execution"))",
      .plain)
    let width =
      classes.map { DisplayWidth.columns(of: PlainText.line($0["class"]?.text ?? "?")) }.max() ?? 0
    for one in classes {
      let name = PlainText.line(one["class"]?.text ?? "?")
      let disowned = Self.number("disowned", one)
      line(
        "  \(Self.padded(name, width))  \(Amounts.count(Self.number("outputs", one), "output")), \(Amounts.count(Self.number("contents", one), "content"))"
          + (disowned > 0 ? ", \(disowned) disowned" : ""), .plain)
    }
    if Self.number("unjudged", view) > 0 {
      line("  \(Self.number("unjudged", view)) of them with no verdict", .dim)
    }
    for run in view["incomplete"]?.elements.map(\.self) ?? [] {
      line(
        "  execution \(run["execution"]?.text ?? "?"): \(Self.number("started", run)) of \(Self.number("size", run)) ranks started, \(Self.number("ended", run)) ended",
        .yellow)
    }
  }

  private func comparisons(_ line: Line) {
    for comparison in view["comparisons"]?.elements.map(\.self) ?? [] {
      line("", .plain)
      let isDivergent = (comparison["verdicts"]?["divergent"]?.integer ?? 0) > 0
      line(
        "\(DriftRow.pair(comparison)): \(Self.counts(comparison["verdicts"]))",
        isDivergent ? .red : .plain)
      if let flags = comparison["flags"], flags.count > 0 {
        line("  seen: \(Self.counts(flags))", .dim)
      }
      for row in DriftRow.rows(of: comparison, limit: Self.drifts) {
        line(
          "  \(Self.strip(row, columns: Self.scale))  \(row.test)  \(Self.range(row))  limit \(fourDigits(row.threshold))",
          .plain)
      }
    }
  }

  private func family(_ line: Line) {
    let family = view["family"]
    guard Self.number("views", family) > 0 else { return }
    line("", .plain)
    line(
      "family: \(Amounts.count(Self.number("views", family), "other view")) of other inputs", .plain
    )
    for one in family?["replayed"]?.elements.map(\.self) ?? [] {
      let (same, not) = (Self.number("equivalent", one), Self.number("divergent", one))
      let bound = Int(((one["atLeast"]?.double ?? 0) * 100).rounded(.down))
      line(
        "  \(DriftRow.pair(one)): \(same) of \(same + not) came out the same (at least \(bound) %)",
        .plain)
    }
  }
}
