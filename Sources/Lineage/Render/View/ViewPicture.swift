package import Canonical
import Judging

/// How outputs of a view spread, by pair of device classes: an SVG, and a page around it that needs no network.
package struct ViewPicture {
  private let view: JSONNode
  private static let width = 860.0
  private static let left = 320.0
  private static let row = 26.0
  private static let top = 46.0
  private static let driftsEach = 6

  package init(_ view: JSONNode) { self.view = view }

  /// One element, with its own description for those who do not see it.
  package var svg: String {
    let rows = (view["comparisons"]?.elements.map(\.self) ?? [])
      .flatMap { DriftRow.rows(of: $0, limit: Self.driftsEach) }
    let height = Self.top + Double(max(1, rows.count)) * Self.row + 12
    var parts = [
      #"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \#(number(Self.width)) \#(number(height))" role="img" font-family="sans-serif" font-size="12">"#,
      "<title>\(HTMLText.escaped(ViewText.sentence(view)))</title>",
      axis(height),
    ]
    for (place, drift) in rows.enumerated() {
      parts.append(line(drift, at: Self.top + (Double(place) + 0.5) * Self.row))
    }
    if rows.isEmpty {
      parts.append(text("nothing is judged yet", x: Self.left, y: Self.top + Self.row / 2))
    }
    return (parts + ["</svg>"]).joined(separator: "\n")
  }

  /// A whole page.
  package var html: String {
    let told = HTMLText.escaped(ViewText(view).text)
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <title>\(HTMLText.escaped(view["record"]?["output"]?["name"]?.text ?? "view")): how its outputs spread</title>
      <style>body{font:14px sans-serif;max-width:60em;margin:2em auto;padding:0 1em}pre{overflow-x:auto}svg{max-width:100%}</style>
      </head><body>
      <h1>\(HTMLText.escaped(ViewText.sentence(view)))</h1>
      \(svg)
      <pre>\(told)</pre>
      </body></html>

      """
  }

  private func axis(_ height: Double) -> String {
    var parts: [String] = []
    let (first, last) = (DriftScale.decades.lowerBound, DriftScale.decades.upperBound)
    for decade in stride(from: first, through: last, by: 1) {
      let x = place((decade - first) / (last - first))
      let isLimit = decade == 0
      parts.append(
        #"<line x1="\#(x)" x2="\#(x)" y1="\#(number(Self.top - 8))" y2="\#(number(height - 8))" stroke="\#(isLimit ? "crimson" : "gainsboro")"/>"#
      )
      let label = isLimit ? "limit" : decade < 0 ? "limit/1e\(Int(-decade))" : "1e\(Int(decade)) x"
      parts.append(
        #"<text x="\#(x)" y="\#(number(Self.top - 16))" text-anchor="middle" fill="gray">\#(label)</text>"#
      )
    }
    return parts.joined(separator: "\n")
  }

  private func line(_ drift: DriftRow, at y: Double) -> String {
    let pair = drift.first == drift.second ? drift.first : "\(drift.first) / \(drift.second)"
    var parts = [text("\(pair)  \(drift.test)", x: 8, y: y)]
    for value in drift.values {
      let x = place(DriftScale.place(of: value, threshold: drift.threshold))
      let isOver = value.magnitude > drift.threshold
      parts.append(
        #"<circle cx="\#(x)" cy="\#(number(y))" r="4" fill="\#(isOver ? "crimson" : "royalblue")" fill-opacity="0.5"><title>\#(fourDigits(value))</title></circle>"#
      )
    }
    return parts.joined(separator: "\n")
  }

  private func text(_ text: String, x: Double, y: Double) -> String {
    #"<text x="\#(number(x))" y="\#(number(y + 4))">\#(HTMLText.escaped(PlainText.line(text, limit: 48)))</text>"#
  }

  private func place(_ share: Double) -> String {
    number(Self.left + share * (Self.width - Self.left - 50))
  }

  /// One decimal.
  private func number(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}
