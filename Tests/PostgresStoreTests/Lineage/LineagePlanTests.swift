import Postgres
import Testing

@testable import PostgresStore

/// One level of a walk reads indexes and nothing else, however large the table is and whatever the planner has
/// been told of it.
@Suite struct LineagePlanTests {
  @Test(arguments: [false, true])
  func everyLevelIsReadFromIndexesAlone(isFilled: Bool) async throws {
    let store = try await LineageStore(seed: 21, records: isFilled ? 600 : 0)
    try await store.commit()
    if isFilled {
      _ = try await store.edges.fill()
      try await store.run("vacuum analyze edge")
    }
    let calls = [
      (LineageSQL.up, "'{1,2,3}', 498, null, -1, 0::smallint, '', 0::smallint, 100"),
      (LineageSQL.down, "'{1,2}', '{1,4,5}', '{a}', 7, 5::smallint, 'a', 1::smallint, 100, 500"),
      (LineageSQL.stepUp, "'{1,2,3}', 201326624, '{1,2}', 20"),
      (LineageSQL.stepDown, "'{1,2,3}', '{28,31,37}', '{1,2}', 20, 500"),
    ]
    for (statement, arguments) in calls {
      let plan = try await plan(of: statement, arguments, on: store.pool)
      let reads = plan.filter { $0.contains(" on edge") || $0.contains("using edge") }
      #expect(reads.count == 1, "\(plan)")
      let read = try #require(reads.first)
      #expect(read.contains("Index Only Scan") && read.contains("using edge_"), "\(plan)")
      // Nothing is put in order before it is cut, where a node can have any number.
      if statement.name != LineageSQL.stepUp.name {
        let above = plan.prefix { $0 != read }.last { $0.contains("->") }
        #expect(above?.contains("Limit") == true, "\(plan)")
      }
      #expect(!plan.contains { $0.contains("Seq Scan") }, "\(plan)")
    }
    await store.close()
  }

  /// As it is kept for any arguments: what a connection uses from the sixth time on.
  private func plan(
    of statement: Statement, _ arguments: String, on pool: PostgresPool
  ) async throws -> [String] {
    let types = statement.types.map(Self.name).joined(separator: ", ")
    return try await pool.withConnection(deadline: .in(.seconds(20))) {
      (connection) throws(PostgresError) in
      try connection.run(
        """
        \(LineageSQL.session); set plan_cache_mode = force_generic_plan;
        deallocate all; prepare asked (\(types)) as \(statement.sql)
        """, deadline: .in(.seconds(20)))
      let rows = try connection.execute(
        Statement(
          "explain_\(statement.name)", [],
          "explain (costs off) execute asked (\(arguments))"), deadline: .in(.seconds(20)))
      return try (0..<rows.count).map { (row) throws(PostgresError) in try rows.text(row, 0) }
    }
  }

  private static func name(of type: PostgresType) -> String {
    switch type {
    case .int2: "smallint"
    case .int2Array: "smallint[]"
    case .int4Array: "integer[]"
    case .int8: "bigint"
    case .int8Array: "bigint[]"
    case .textArray: "text[]"
    default: "text"
    }
  }
}
