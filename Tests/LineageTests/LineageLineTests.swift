import Canonical
import Lineage
import Records
import StemmaCrypto
import Testing

@Suite struct LineageLineTests {
  private let graph: LineageGraph

  init() {
    var graph = LineageGraph(root: 1, direction: .up, at: 2)
    func node(_ index: Int64, _ kind: Kind, distance: Int?) -> LineageGraph.Node {
      LineageGraph.Node(
        index: index, digest: SHA256.digest(of: [UInt8(index)]), kind: kind, namespace: "main",
        principal: "admin", committedAt: "2026-11-24T12:00:00.000000Z", distance: distance,
        isErased: index == 0, record: nil)
    }
    graph.nodes = [node(1, .view, distance: 0), node(0, .input, distance: -1)]
    graph.edges = [LineageEdge(from: 1, to: 0, member: .viewInputs, role: "data")]
    graph.beside = [node(2, .note, distance: nil)]
    graph.associations = [LineageEdge(from: 2, to: 1, member: .noteSubject, role: nil)]
    graph.truncation = [.nodes, .beside]
    graph.next = "there"
    self.graph = graph
  }

  private static func line(_ name: String, _ value: JSONValue) -> [UInt8] {
    JSONValue.object([(name, value)]).canonicalBytes() + [0x0A]
  }

  private var lines: [[UInt8]] {
    graph.edges.map { LineageGraph.lines("edge", [$0]) }
      + graph.nodes.map { LineageGraph.lines("node", [$0]) }
      + [
        LineageGraph.lines("beside", graph.beside),
        LineageGraph.lines("association", graph.associations),
        Self.line("summary", graph.summary),
      ]
  }

  @Test func pageIsReadAgain() throws {
    let bytes = graph.json.canonicalBytes()
    let read = try LineageGraph(parsing: JSONDocument(parsing: bytes).root)
    #expect(read.json == graph.json)
  }

  @Test(arguments: [1, 2, 7, 64, 10_000])
  func linesAreReadInAnyPieces(size: Int) throws {
    var reader = LineageLineReader()
    let bytes = lines.flatMap(\.self)
    for start in stride(from: 0, to: bytes.count, by: size) {
      try reader.take(Array(bytes[start..<min(start + size, bytes.count)]))
    }
    #expect(try reader.finish().json == graph.json)
  }

  @Test func cutOffAnswersAreRefused() throws {
    for count in 0..<lines.count {
      var reader = LineageLineReader()
      try reader.take(lines[..<count].flatMap(\.self))
      #expect(throws: LineageFormatError.self) { try reader.finish() }
    }
  }

  @Test func failuresOnTheWayAreSaid() {
    var reader = LineageLineReader()
    let said = Self.line("error", ["code": "unavailable", "detail": "no database"])
    #expect {
      try reader.take(said)
    } throws: { error in
      (error as? LineageFormatError)?.message == "unavailable: no database"
    }
  }

  @Test(arguments: ["x\n", "{}\n", "{\"node\":{}}\n", "{\"edge\":[]}\n", "{\"summary\":{}}\n"])
  func whatIsNoLineIsRefused(text: String) {
    var reader = LineageLineReader()
    #expect(throws: LineageFormatError.self) { try reader.take(Array(text.utf8)) }
  }
}
