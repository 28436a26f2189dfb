import Canonical
import Records
import StemmaCrypto
import Testing

@testable import stemma_bench

@Suite struct PipelineGraphTests {
  private func graph(seed: UInt64 = 1, count: Int) -> PipelineGraph {
    var graph = PipelineGraph()
    var generator = PipelineGenerator(seed: seed)
    generator.grow(&graph, to: count)
    return graph
  }

  private func commits(seed: UInt64, count: Int) throws -> [[UInt8]] {
    let graph = graph(seed: seed, count: count)
    var records = PipelineRecords(seed: seed)
    return try stride(from: 0, to: count, by: 500).map { start in
      try records.nextCommit(min(500, count - start), of: graph)
    }
  }

  @Test func aSeedIsAGraph() throws {
    #expect(try commits(seed: 7, count: 3000) == commits(seed: 7, count: 3000))
    #expect(try commits(seed: 7, count: 3000) != commits(seed: 8, count: 3000))
  }

  @Test func aLongerGraphBeginsWithTheShorterOne() {
    let long = graph(count: 6000)
    var short = PipelineGraph()
    var generator = PipelineGenerator(seed: 1)
    for count in [1000, 2500, 4000] { generator.grow(&short, to: count) }
    #expect(short.count == 4000)
    #expect(short.kinds == Array(long.kinds.prefix(4000)))
    #expect(short.targets == Array(long.targets.prefix(short.targets.count)))
    #expect(short.members == Array(long.members.prefix(short.targets.count)))
  }

  @Test func recordsAreAcceptable() throws {
    let count = 6000
    let graph = graph(count: count)
    var known: [Digest: Int] = [:]
    var claims: Set<Claim> = []
    for body in try commits(seed: 1, count: count) {
      for item in try #require(JSONDocument(parsing: body).root["records"]).elements {
        let node = try #require(item["record"])
        let record = try RecordDraft(checking: node).seal(handles: [:])
        #expect(record.canonical == node.canonicalBytes())
        for claim in record.claims { #expect(claims.insert(claim).inserted) }
        // The store finds the very references that the graph has.
        let found = try record.references.map { try #require(known[$0.target]) }
        let meant = graph.references(of: known.count).map { Int(graph.targets[$0]) }
        #expect(found.sorted() == meant.sorted())
        #expect(known.updateValue(known.count, forKey: record.digest) == nil)
      }
    }
    #expect(known.count == count)
  }

  @Test func theGraphIsAsPromised() {
    let graph = graph(count: 100_000)
    #expect((3.5...4.5).contains(Double(graph.derivationCount) / Double(graph.count)))
    #expect(Set(graph.members.filter(\.isDerivation)) == Set(MemberSet.derivations.members))
    var plain = PlainLineage(graph)
    var deepest: Int32 = 0
    var children = [Int](repeating: 0, count: graph.count)
    for place in graph.targets.indices { children[Int(graph.targets[place])] += 1 }
    for root in stride(from: 50_000, to: 100_000, by: 199) {
      let query = PlainLineage.Query(root: root, direction: .up, at: root)
      deepest = max(
        deepest,
        plain.reach(query) { found, distances in
          found.map { distances[Int($0)] }.max() ?? 0
        })
    }
    #expect(deepest >= 50)
    // The pool's first input is used about 100 times as often as its hundredth.
    #expect(children[1] > 40 * children[100])
  }

  @Test func plainAnswersAreRightOnASmallGraph() {
    // 0 and 1 are inputs, 2 a view over both, 3 its output, 4 a view over 3 and 0, 5 another over 3.
    var graph = PipelineGraph()
    _ = graph.add(.input)
    _ = graph.add(.input)
    _ = graph.add(
      .view,
      [
        .init(target: 0, member: .viewInputs, role: .corpus),
        .init(target: 1, member: .viewInputs, role: .labels),
      ])
    _ = graph.add(.output, [.init(target: 2, member: .outputView)])
    _ = graph.add(
      .view,
      [
        .init(target: 3, member: .viewInputs, role: .previous),
        .init(target: 0, member: .viewInputs, role: .corpus),
      ])
    _ = graph.add(.view, [.init(target: 3, member: .viewInputs, role: .previous)])
    var plain = PlainLineage(graph)
    func nodes(_ answer: PlainLineage.Answer) -> [[Int]] {
      answer.nodes.map { [$0.distance, $0.index] }
    }
    let up = plain.answer(.init(root: 4, direction: .up, at: 4))
    #expect(nodes(up) == [[0, 4], [1, 0], [1, 3], [2, 2], [3, 1]])
    #expect(up.edges.count == 5 && up.truncatedBy.isEmpty)
    let down = plain.answer(.init(root: 0, direction: .down, at: 4))
    #expect(nodes(down) == [[0, 0], [1, 2], [1, 4], [2, 3]])
    #expect(down.edges.contains(.init(from: 4, to: 0, member: "inputs", role: "corpus")))
    let cut = plain.answer(.init(root: 4, direction: .up, at: 4, depth: 1))
    #expect(nodes(cut) == [[0, 4], [1, 0], [1, 3]] && cut.truncatedBy == ["depth"])
    let few = plain.answer(.init(root: 4, direction: .up, at: 4, kinds: [.output], limit: 1))
    #expect(nodes(few) == [[0, 4]] && few.truncatedBy == ["nodes"] && few.edges.isEmpty)
  }
}
