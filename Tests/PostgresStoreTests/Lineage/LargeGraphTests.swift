import Lineage
import Postgres
import PostgresStore
import Records
import Store
import Testing

/// Graphs of shapes that cost whoever walks them naively time or memory without bound.
@Suite(.serialized) struct LargeGraphTests {
  private static let count: Int64 = 100_000

  /// A store with `edges`, rows of two numbers (child, parent), as models that rest on models.
  private func store(_ edges: String) async throws -> LineageStore {
    let store = try await LineageStore(seed: 0, records: 0)
    try await store.run(
      """
      insert into namespace (id, name) values (1, 'main');
      insert into edge select child, parent, 1, 1, row_number() over (partition by child), 2, 2, ''
        from (\(edges)) as e (child, parent);
      update edge_fill set size = \(Self.count);
      update log_published set size = \(Self.count);
      """)
    return store
  }

  private func query(_ start: Int64, _ direction: WalkDirection) -> LineageQuery {
    LineageQuery(start: [start], direction: direction, size: Self.count, namespaces: ["main"])
  }

  @Test(arguments: [WalkDirection.up, .down])
  func aChainOfAHundredThousand(direction: WalkDirection) async throws {
    let store = try await store("select n, n - 1 from generate_series(1, \(Self.count - 1)) as n")
    var query = query(direction == .up ? Self.count - 1 : 0, direction)
    query.limits.nodes = Int(Self.count)
    let answer = try await store.lineage.walk(query)
    #expect(answer.nodes.count == Int(Self.count))
    #expect(answer.nodes.last?.distance == Int32(Self.count - 1))
    #expect(answer.edges.count == Int(Self.count - 1))
    #expect(answer.truncation.isEmpty)
    query.limits.nodes = 1000
    let page = try await store.lineage.walk(query)
    #expect(page.nodes.count == 1000 && page.truncation == .nodes)
    await store.close()
  }

  @Test func aRecordOfAHundredThousandChildren() async throws {
    let store = try await store("select n, 0 from generate_series(1, \(Self.count - 1)) as n")
    var query = query(0, .down)
    var answer = try await store.lineage.walk(query)
    #expect(answer.nodes.map(\.index) == Array(0..<1000))
    #expect(answer.truncation == .nodes)
    query.after = answer.nodes.last
    answer = try await store.lineage.walk(query)
    #expect(answer.nodes.map(\.index) == Array(1000..<2000))
    query.after = nil
    query.limits.nodes = .max
    answer = try await store.lineage.walk(query)
    #expect(answer.nodes.count == Int(Self.count) && answer.truncation.isEmpty)
    let newest = try await store.lineage.step(
      StepQuery(
        nodes: [0], direction: .down, size: 70_000, namespaces: ["main"], members: .derivations,
        limitEach: 3))
    #expect(newest.map(\.from) == [69_999, 69_998, 69_997])
    await store.close()
  }

  /// Two records a level, each resting on both of the level above: 2^40 paths in 80 records, and on.
  @Test func aLadderOfMorePathsThanAnybodyCanWalk() async throws {
    let store = try await store(
      """
      select n, p from generate_series(2, 2001) as n
      cross join lateral (values (n / 2 * 2 - 1), (n / 2 * 2 - 2)) as above (p)
      """)
    var query = query(2000, .up)
    query.limits.nodes = 10_000
    let answer = try await store.lineage.walk(query)
    #expect(answer.nodes.count == 2001)
    #expect(answer.edges.count == 4000 - 2)
    #expect(answer.truncation.isEmpty)
    await store.close()
  }
}
