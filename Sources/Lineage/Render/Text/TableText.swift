import Records

/// A lineage as a table on a terminal: a line for each record, in the order of the answer.
///
///     LEVEL  INDEX  KIND    WHAT IT IS                 DIGEST        COMMITTED                BY
///         0     14  output  labels, …, on cpu (whole)  276d162e1fb5  2026-11-24 10:00:05 UTC  admin
package enum TableText {
  package static func render(_ lineage: LineageGraph, _ style: TextStyle) -> String {
    let graph = GraphIndex(lineage)
    let head = ["LEVEL", "INDEX", "KIND", "WHAT IT IS", "DIGEST", "COMMITTED", "BY"]
    let rows = lineage.nodes.map { cells(of: $0, in: graph) }
    var widths = head.indices.map { column in
      (rows + [head]).map { DisplayWidth.columns(of: $0[column]) }.max() ?? 0
    }
    if let width = style.width {
      // What it is gives way; the other columns are what scripts and eyes look up.
      let others = widths.enumerated().filter { $0.offset != what }.map(\.element).reduce(0, +)
      widths[what] = max(10, min(widths[what], width - others - 2 * (head.count - 1)))
    }
    var output = ""
    write(head, widths, .dim, style, to: &output)
    for row in rows { write(row, widths, .plain, style, to: &output) }
    for sentence in lineage.truncation.explanations { output += "Not all is here: \(sentence).\n" }
    return output
  }

  /// The column that can be cut.
  private static let what = 3

  private static func cells(of node: LineageGraph.Node, in graph: GraphIndex) -> [String] {
    let title = NodeTitle(of: node, in: graph)
    let marks = title.marks.isEmpty ? "" : "[\(title.marks.text)] "
    return [
      node.distance.map(String.init) ?? "", String(node.index), node.kind.name,
      marks + title.description, NodeTitle.short(node.digest), Amounts.time(node.committedAt),
      PlainText.line(node.principal),
    ]
  }

  private static func write(
    _ cells: [String], _ widths: [Int], _ colour: StyledLine.Colour, _ style: TextStyle,
    to output: inout String
  ) {
    var line = StyledLine()
    for (column, cell) in cells.enumerated() {
      let fitted = DisplayWidth.fitted(cell, into: widths[column])
      let padding = String(
        repeating: " ", count: widths[column] - DisplayWidth.columns(of: fitted))
      let isNumber = column < 2
      let isLast = column == cells.count - 1
      line.append(
        isNumber ? padding + fitted : isLast ? fitted : fitted + padding, colour)
      if !isLast { line.append("  ") }
    }
    line.write(to: &output, TextStyle(isColoured: style.isColoured))
  }
}
