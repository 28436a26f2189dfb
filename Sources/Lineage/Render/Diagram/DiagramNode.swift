import Records

/// What the diagrams of other programs show of a record.
struct DiagramNode {
  let node: LineageGraph.Node
  let marks: NodeMarks
  /// What it is, what it is called, what must be known of it: a few short lines, not escaped.
  let lines: [String]

  init(_ node: LineageGraph.Node, in graph: GraphIndex) {
    self.node = node
    let title = NodeTitle(of: node, in: graph)
    marks = title.marks
    let head = [title.kind.name, title.called].compactMap(\.self).joined(separator: " ")
    lines = ([head] + title.details.prefix(2) + (marks.isEmpty ? [] : ["[\(marks.text)]"]))
      .map { PlainText.line($0, limit: 40) }
  }

  /// The record's name in a diagram: `n17`.
  static func name(_ index: Int64) -> String { "n\(index)" }

  /// What stands beside an edge: `inputs data`.
  static func label(_ edge: LineageEdge) -> String {
    edge.member.name + (edge.role.map { " \(PlainText.line($0, limit: 40))" } ?? "")
  }
}

extension Kind {
  /// Fill and line: what truth is made of is coloured, what is said of it is grey.
  var diagramColours: (fill: String, line: String) {
    switch self {
    case .input: ("#dcebfa", "#2f6fab")
    case .model: ("#e9e0f8", "#6b46b5")
    case .context: ("#fbeed3", "#a06a10")
    case .view, .recipe: ("#d8f1ec", "#13796a")
    case .output: ("#ddf2d8", "#3a7d2c")
    case .verdict: ("#fae1ee", "#a8326f")
    default: ("#eeeeee", "#707070")
    }
  }
}
