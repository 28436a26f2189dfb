import Lineage
import Postgres
import PostgresStore
import Records
import Store
import StoreFixtures
import Testing

@Suite(.serialized) struct EdgeFillTests {
  private func expectedEdges(_ store: LineageStore) -> Int64 {
    Int64(store.history.graph.nodes.reduce(0) { $0 + $1.references.count })
  }

  /// Two servers that fill while commits come: everything once, and each batch by one of them.
  @Test func twoServersAddNothingTwice() async throws {
    let store = try await LineageStore(seed: 11, records: 900)
    let other = PostgresEdges(conninfo: store.conninfo)
    let size = Int64(store.history.records.count)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await store.commit() }
      for edges in [store.edges, other] {
        group.addTask {
          while try await edges.progress().filled < size { _ = try await edges.fill() }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await store.number("select count(*) from edge") == expectedEdges(store))
    var suite = LineageConformance(store.lineage, like: store.history.graph, seed: 11)
    try await suite.ask(20)
    #expect(suite.differences.isEmpty, "\(suite.differences.first ?? "")")
    await other.close()
    await store.close()
  }

  /// Wherever it fails, either the batch is there and counted, or neither.
  @Test(arguments: [
    "before insert on edge for each row when (new.child > 300)",
    "before update on edge_fill for each row",
  ])
  func aFillThatFailsLeavesNothing(trigger: String) async throws {
    let store = try await LineageStore(seed: 12, records: 600)
    try await store.commit(15)
    while let done = try await store.edges.fill(), done.filled < done.published {}
    let before = try await store.edges.progress()
    let edges = try await store.number("select count(*) from edge")
    try await store.commit(from: 15)
    try await store.run(
      """
      create function fail() returns trigger language plpgsql as $$ begin raise 'cut'; end $$;
      create trigger fail \(trigger) execute function fail();
      """)
    await #expect(throws: StoreError.self) { try await store.edges.fill() }
    #expect(try await store.edges.progress().filled == before.filled)
    #expect(try await store.number("select count(*) from edge") == edges)
    try await store.run("drop function fail() cascade")
    while let done = try await store.edges.fill(), done.filled < done.published {}
    #expect(try await store.number("select count(*) from edge") == expectedEdges(store))
    await store.close()
  }

  /// A server that stops in the middle of a batch keeps nobody from answering for ever.
  @Test func whoFillsIsNotWaitedForBeyondTheDeadline() async throws {
    let store = try await LineageStore(seed: 13, records: 50)
    try await store.commit()
    let stopped = PostgresWorker(conninfo: store.conninfo, label: "stopped")
    try await stopped.run(deadline: .in(.seconds(20)), transaction: .opens) {
      (connection, _) throws(PostgresError) in
      try connection.run(
        "begin; select from edge_fill for update", deadline: .in(.seconds(20)))
    }
    #expect(try await store.edges.fill() == nil)
    let hurried = PostgresLineage(
      conninfo: store.conninfo, filler: EdgeFiller(storage: store.edges), workers: 1,
      deadline: .milliseconds(500))
    let query = LineageQuery(start: [0], direction: .down, size: 50, namespaces: ["main"])
    let error = await #expect(throws: StoreError.self) { try await hurried.walk(query) }
    #expect(error?.code == .unavailable)
    await stopped.close()
    _ = try await store.lineage.walk(query)
    await hurried.close()
    await store.close()
  }
}
