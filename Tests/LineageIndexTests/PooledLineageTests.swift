import Lineage
import Records
import Store
import StoreFixtures
import Testing

/// Records in memory answer as every engine does.
@Suite struct PooledLineageTests {
  @Test func poolAnswersLikeEveryEngine() async throws {
    let history = try RandomHistory(seed: 21, records: 500)
    var pool = RecordPool()
    for (index, record) in history.records.enumerated() {
      let node = history.graph.nodes[index]
      let references = zip(record.references, node.references).map { reference, edge in
        EntryStatement.Reference(member: reference.member, role: reference.role, target: edge.to)
      }
      try pool.add(
        EntryStatement(
          namespace: node.namespace, kind: node.kind, digest: record.digest, principal: "tester",
          committedAt: "2026-11-24T12:00:00.000000Z", references: references),
        at: Int64(index), body: record.canonical)
    }
    var suite = LineageConformance(PoolEngine(pool: pool), like: history.graph, seed: 21)
    try await suite.ask(300)
    #expect(suite.differences.isEmpty, "\(suite.differences)")
  }

  /// A rank with cards of one class refers to it once for each of them, and inputs of several roles to one record.
  @Test func keepsEveryReferenceInOrder() throws {
    var pool = RecordPool()
    let history = try RandomHistory(seed: 22, records: 3)
    func add(_ kind: Kind, _ index: Int, _ references: [EntryStatement.Reference]) throws {
      try pool.add(
        EntryStatement(
          namespace: "main", kind: kind, digest: history.records[index].digest,
          principal: "tester", committedAt: "2026-11-24T12:00:00.000000Z", references: references),
        at: Int64(index), body: nil)
    }
    try add(.device, 0, [])
    try add(.rank, 1, (0..<8).map { .init(member: "/devices/\($0)/device", role: nil, target: 0) })
    let roles = ["d", "b", "e", "a", "c"]
    try add(
      .view, 2,
      roles.enumerated().map { .init(member: "/inputs/\($0)/ref", role: $1, target: 0) })
    func step(_ node: Int64, _ member: ReferenceMember) -> [LineageEdge] {
      pool.step(
        .init(nodes: [node], direction: .up, members: MemberSet([member])), size: 3,
        namespaces: ["main"],
        limitEach: 10)
    }
    #expect(step(1, .rankDevices).count == 8)
    #expect(step(2, .viewInputs).map(\.role) == ["a", "b", "c", "d", "e"])
  }
}

private struct PoolEngine: LineageEngine {
  let pool: RecordPool

  func walk(_ query: LineageQuery) async throws(StoreError) -> LineageAnswer { pool.walk(query) }

  func step(_ query: StepQuery) async throws(StoreError) -> [LineageEdge] {
    pool.step(
      .init(nodes: query.nodes, direction: query.direction, members: query.members),
      size: query.size, namespaces: query.namespaces, limitEach: query.limitEach)
  }
}
