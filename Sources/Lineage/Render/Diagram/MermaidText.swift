import Records

/// A lineage as a Mermaid flow chart, for documents and pull requests.
///
/// Arrows go the way that truth flows, as in `DotText`. Mermaid draws 500 edges and reads 50,000 characters
/// unless it is configured otherwise.
package enum MermaidText {
  package static func render(_ lineage: LineageGraph) -> String {
    let graph = GraphIndex(lineage)
    var output = "flowchart LR\n"
    var warned: [String] = []
    for node in lineage.nodes + lineage.beside {
      let shown = DiagramNode(node, in: graph)
      let name = DiagramNode.name(node.index)
      let lines = shown.lines.map(escaped).joined(separator: "<br/>")
      // Beside the walk: the shape of a note, with round ends.
      output += node.distance == nil ? "  \(name)([\"\(lines)\"])" : "  \(name)[\"\(lines)\"]"
      output += ":::\(node.kind.name)\n"
      if shown.marks.isRetracted || shown.marks.isErased { warned.append(name) }
    }
    for edge in lineage.edges { output += line(edge, "-->", in: graph) }
    for edge in lineage.associations { output += line(edge, "-.-", in: graph) }
    for kind in Kind.allCases
    where (lineage.nodes + lineage.beside).contains(where: { $0.kind == kind }) {
      let (fill, line) = kind.diagramColours
      output += "  classDef \(kind.name) fill:\(fill),stroke:\(line),color:#111111\n"
    }
    if !warned.isEmpty {
      output += "  classDef warned stroke:#c62828,stroke-width:3px\n"
      output += "  class \(warned.joined(separator: ",")) warned\n"
    }
    return output
  }

  private static func line(_ edge: LineageEdge, _ arrow: String, in graph: GraphIndex) -> String {
    guard graph.node(edge.from) != nil, graph.node(edge.to) != nil else { return "" }
    let label = escaped(DiagramNode.label(edge))
    return
      "  \(DiagramNode.name(edge.to)) \(arrow)|\"\(label)\"| \(DiagramNode.name(edge.from))\n"
  }

  /// Within quotes. All but letters, digits and a few signs become entities in Mermaid's spelling:
  /// its text is read by three parsers in turn (its own, Markdown, HTML).
  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      if !scalar.isASCII || safe.contains(scalar) {
        escaped.unicodeScalars.append(scalar)
      } else {
        escaped += "#\(scalar.value);"
      }
    }
    return escaped
  }

  private static let safe = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ,.:/=+@()".unicodeScalars)
}
