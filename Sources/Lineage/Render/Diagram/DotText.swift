/// A lineage in the language of Graphviz.
///
/// Arrows go the way that truth flows: from what is rested on to what rests on it. What stands beside a record
/// is joined to it by a dashed line.
package enum DotText {
  package static func render(_ lineage: LineageGraph) -> String {
    let graph = GraphIndex(lineage)
    var output = """
      digraph lineage {
        rankdir=LR
        node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=10]
        edge [fontname="Helvetica", fontsize=9, color="#666666", fontcolor="#666666"]

      """
    for node in lineage.nodes + lineage.beside { output += statement(DiagramNode(node, in: graph)) }
    for edge in lineage.edges where isDrawn(edge, in: graph) {
      let label = escaped(DiagramNode.label(edge))
      output += "  n\(edge.to) -> n\(edge.from) [label=\"\(label)\"]\n"
    }
    for edge in lineage.associations where isDrawn(edge, in: graph) {
      let label = escaped(DiagramNode.label(edge))
      output +=
        "  n\(edge.to) -> n\(edge.from) [label=\"\(label)\", style=dashed, arrowhead=none]\n"
    }
    return output + "}\n"
  }

  private static func statement(_ shown: DiagramNode) -> String {
    let colours = shown.node.kind.diagramColours
    let isWarned = shown.marks.isRetracted || shown.marks.isErased
    let line = isWarned ? "\"#c62828\", penwidth=2" : "\"\(colours.line)\""
    let shape = shown.node.distance == nil ? ", shape=note" : ""
    return
      "  n\(shown.node.index) [label=\"\(shown.lines.map(escaped).joined(separator: "\\n"))\", "
      + "tooltip=\"#\(shown.node.index) \(shown.node.digest)\", "
      + "fillcolor=\"\(colours.fill)\", color=\(line)\(shape)]\n"
  }

  /// An edge whose other end is on another page would make a node of nothing.
  private static func isDrawn(_ edge: LineageEdge, in graph: GraphIndex) -> Bool {
    graph.node(edge.from) != nil && graph.node(edge.to) != nil
  }

  /// For a quoted string of the language, where a backslash begins an escape and `&` an entity.
  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text.unicodeScalars {
      switch character {
      case "\"": escaped += "&quot;"
      case "\\": escaped += "\\\\"
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      default: escaped.unicodeScalars.append(character)
      }
    }
    return escaped
  }
}
