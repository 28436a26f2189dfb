import ArgumentParser
import Canonical
import Lineage

/// How a lineage is printed.
enum LineageFormat: String, ExpressibleByArgument, CaseIterable {
  case tree, table, json, dot, mermaid, html

  func text(of graph: LineageGraph) -> String {
    switch self {
    case .tree: TreeText.render(graph, Terminal.style)
    case .table: TableText.render(graph, Terminal.style)
    case .json: String(decoding: graph.json.canonicalBytes(), as: UTF8.self) + "\n"
    case .dot: DotText.render(graph)
    case .mermaid: MermaidText.render(graph)
    case .html: String(decoding: LineagePage.file(graph), as: UTF8.self)
    }
  }
}
