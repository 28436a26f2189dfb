import Lineage
import Records
import Testing

@Suite struct DiagramTextTests {
  /// A view, its output and the label on its input.
  private static func small() throws -> LineageGraph {
    let story = try SampleGraphs.story()
    var graph = story.pool.lineage(of: 2, .up)
    graph.nodes = graph.nodes.filter { $0.kind != .context }
    return graph
  }

  @Test func writesDot() throws {
    let text = DotText.render(try Self.small())
    #expect(
      text == """
        digraph lineage {
          rankdir=LR
          node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=10]
          edge [fontname="Helvetica", fontsize=9, color="#666666", fontcolor="#666666"]
          n2 [label="view model\\nbytes\\napplication/x-npy", tooltip="#2 sha256:6ce90e5a2c01263f03554cf68932139a8e3f65398d8b19c6a2a325c3aea8a57e", fillcolor="#d8f1ec", color="#13796a"]
          n0 [label="input\\napplication/gzip\\n57 kB\\n[label pii]", tooltip="#0 sha256:9d03f2e15c79a1ef84186830d6f71739e9d8efab20085c929f95067b7cc40cf0", fillcolor="#dcebfa", color="#2f6fab"]
          n18 [label="label pii\\nof input 9d03f2e15c79\\nhandwriting of persons", tooltip="#18 sha256:6d08039b484261287bc6809e56d56f6fc057a6a97b12cbf3b3871abf63b772d8", fillcolor="#eeeeee", color="#707070", shape=note]
          n0 -> n2 [label="inputs data"]
          n0 -> n18 [label="subject", style=dashed, arrowhead=none]
        }

        """)
  }

  @Test func writesMermaid() throws {
    let text = MermaidText.render(try Self.small())
    #expect(
      text == """
        flowchart LR
          n2["view model<br/>bytes<br/>application/x#45;npy"]:::view
          n0["input<br/>application/gzip<br/>57 kB<br/>#91;label pii#93;"]:::input
          n18(["label pii<br/>of input 9d03f2e15c79<br/>handwriting of persons"]):::label
          n0 -->|"inputs data"| n2
          n0 -.-|"subject"| n18
          classDef input fill:#dcebfa,stroke:#2f6fab,color:#111111
          classDef view fill:#d8f1ec,stroke:#13796a,color:#111111
          classDef label fill:#eeeeee,stroke:#707070,color:#111111

        """)
  }

  /// Whatever a record holds, a line stays a line and a string a string.
  @Test func hostileTextStaysInItsQuotes() throws {
    let hostile = try SampleGraphs.hostile()
    let graph = hostile.pool.lineage(of: hostile.view, .up)
    let dot = DotText.render(graph)
    for line in dot.split(separator: "\n").dropFirst(4) where line.contains("label=") {
      // Four strings or two, and none of the quotes between them is the record's.
      let quotes = line.split(separator: "\"", omittingEmptySubsequences: false).count - 1
      #expect(quotes == (line.contains("->") ? 2 : 8))
    }
    #expect(!dot.contains("<script"))
    let mermaid = MermaidText.render(graph)
    #expect(!mermaid.contains("<script") && !mermaid.contains("`") && !mermaid.contains("'"))
    #expect(!(dot + mermaid).unicodeScalars.contains { $0 == "\u{202E}" || $0 == "\u{1B}" })
  }
}
