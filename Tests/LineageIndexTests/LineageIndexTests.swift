import Lineage
import LineageIndex
import Records
import Store
import StoreFixtures
import Testing

@Suite struct LineageIndexTests {
  /// The suite of every engine, whatever the blocks in which the records come.
  @Test(arguments: [1, 2, 3] as [UInt64], [1, 70])
  func answersLikeThePlainOne(seed: UInt64, block: Int) async throws {
    let history = try RandomHistory(seed: seed, records: 500)
    let index = LineageIndex(byteLimit: .max)
    try await index.append(history.graph, blocksOf: block)
    var suite = LineageConformance(WholeIndex(index: index), like: history.graph, seed: seed)
    try await suite.ask(300)
    #expect(suite.differences.isEmpty, "\(suite.differences.first ?? "")")
    #expect(suite.cut.count == 5, "\(suite.cut): every limit was met")
  }

  /// Lists that take many extents, of several members, in the two roles of one child, at old snapshots.
  @Test func aHubHasAllItsChildrenInOrder() async throws {
    var graph = MemoryLineage()
    graph.append(.init(kind: .model, namespace: "main", references: []))
    for index in 1..<Int64(20_000) {
      let members: [(ReferenceMember, String?)] =
        index % 3 == 0
        ? [(.viewModel, nil), (.viewInputs, "b"), (.viewInputs, "a")] : [(.modelBase, nil)]
      graph.append(
        .init(
          kind: index % 3 == 0 ? .view : .model, namespace: index % 5 == 0 ? "other" : "main",
          references: members.map { .init(from: index, to: 0, member: $0, role: $1) }))
    }
    let index = LineageIndex(byteLimit: .max)
    try await index.append(graph, blocksOf: 1500)
    for size in [20_000, 12_289, 8194, 8193, 8192, 4, 3, 2, 1] as [Int64] {
      var query = LineageQuery(start: [0], direction: .down, size: size, namespaces: ["main"])
      query.limits.nodes = .max
      let (answer, expected) = (await index.walk(query), try await graph.walk(query))
      #expect(answer.nodes == expected.nodes)
      #expect(answer.edges == expected.edges)
      for limit in [1, 2, 5000] {
        let step = StepQuery(
          nodes: [0], direction: .down, size: size, namespaces: ["main"], members: .derivations,
          limitEach: limit)
        let (steps, plain) = (await index.step(step), try await graph.step(step))
        #expect(steps == plain)
      }
    }
  }

  @Test func aFeedThatContradictsItselfIsRefused() throws {
    let cases: [(EdgeBlock, StoreError.Code)] = [
      (Self.block(from: 2, target: 0), .corrupt),
      (Self.block(from: 1, target: 1), .corrupt),
      (Self.block(from: 1, target: -1), .corrupt),
      (Self.block(from: 1, target: 1 << 33), .corrupt),
      (Self.block(from: 1, target: 0, member: .outputView), .corrupt),
    ]
    for (block, code) in cases {
      let index = LineageIndex(byteLimit: .max)
      var first = EdgeBlock(firstIndex: 0)
      first.append(kind: .model, namespace: "main")
      try index.append(first)
      #expect(throws: StoreError(code, "")) { try index.append(block) }
    }
  }

  @Test func thereAreSoManyRolesAndNoMore() throws {
    let index = LineageIndex(byteLimit: .max)
    var block = EdgeBlock(firstIndex: 0)
    block.append(kind: .view, namespace: "main")
    block.append(kind: .view, namespace: "main")
    for role in 0..<1 << 16 { block.append(target: 0, member: .viewInputs, role: "r\(role)") }
    try index.append(block)
    #expect(index.size.records == 2)
    let more = Self.block(from: 2, target: 0)
    #expect(throws: StoreError(.unavailable, "")) { try index.append(more) }
  }

  @Test func anIndexTakesNoMoreMemoryThanItMay() throws {
    let index = LineageIndex(byteLimit: 2 << 20)
    var block = EdgeBlock(firstIndex: 0)
    for _ in 0..<1 << 17 { block.append(kind: .model, namespace: "main") }
    #expect(throws: StoreError(.unavailable, "")) { try index.append(block) }
    #expect(index.size.bytes < 3 << 20)
  }

  private static func block(
    from index: Int64, target: Int64, member: ReferenceMember = .viewModel
  ) -> EdgeBlock {
    var block = EdgeBlock(firstIndex: index)
    block.append(kind: .view, namespace: "main")
    block.append(target: target, member: member, role: nil)
    return block
  }
}

/// An index that has all that it is asked for.
struct WholeIndex: LineageEngine {
  let index: LineageIndex

  func walk(_ query: LineageQuery) async throws(StoreError) -> LineageAnswer {
    await index.walk(query)
  }

  func step(_ query: StepQuery) async throws(StoreError) -> [LineageEdge] {
    await index.step(query)
  }
}

extension LineageIndex {
  func append(_ graph: MemoryLineage, blocksOf limit: Int) async throws {
    while size.records < Int64(graph.nodes.count) {
      try append(
        await graph.block(from: size.records, below: Int64(graph.nodes.count), limit: limit))
    }
  }
}
