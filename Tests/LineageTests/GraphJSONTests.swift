import Canonical
import Lineage
import Records
import StemmaCrypto
import Testing

@Suite struct GraphJSONTests {
  /// What is written by hand is canonical, whatever texts it holds, and is read back as it was.
  @Test func isCanonicalAndReadBack() throws {
    var graph = LineageGraph(root: 7, direction: .both, at: 9)
    let record = try JSONDocument(parsing: Array(#"{"kind":"context","v":1}"#.utf8)).root
    for (index, principal) in ["admin", "a\"\\\u{1}é", ""].enumerated() {
      graph.nodes.append(
        LineageGraph.Node(
          index: Int64(index + 5), digest: SHA256.digest(of: [UInt8(index)]), kind: .view,
          namespace: "main", principal: principal, committedAt: "2026-11-24T00:00:00.000000Z",
          distance: index == 1 ? nil : index - 2, isErased: index == 2,
          record: index == 0 ? record : nil))
    }
    graph.edges = [
      LineageEdge(from: 7, to: 5, member: .viewInputs, role: "a\u{7F}\"b"),
      LineageEdge(from: 7, to: 6, member: .viewContext, role: nil),
    ]
    graph.truncation = [.nodes, .beside]
    graph.next = "x"
    let bytes = graph.json.canonicalBytes()
    let document = try JSONDocument(parsing: bytes)
    #expect(document.root.canonicalBytes() == bytes)
    let again = try LineageGraph(parsing: document.root)
    #expect(again.json.canonicalBytes() == bytes)
    #expect(again.nodes.map(\.principal) == graph.nodes.map(\.principal))
    #expect(again.edges == graph.edges)
    for line in [LineageGraph.lines("node", graph.nodes), LineageGraph.lines("edge", graph.edges)]
      .flatMap({ $0.split(separator: 0x0A) })
    {
      let bytes = Array(line)
      #expect(try JSONDocument(parsing: bytes).root.canonicalBytes() == bytes)
    }
  }
}
