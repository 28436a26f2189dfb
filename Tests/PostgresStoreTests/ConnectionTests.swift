import Postgres
import Testing

@Suite struct ConnectionTests {
  private let soon = Duration.seconds(20)

  @Test func errorLeavesTheConnectionUsable() async throws {
    let worker = PostgresWorker(conninfo: try await TestCluster.newDatabase(), label: "t")
    let error = await #expect(throws: PostgresError.self) {
      try await worker.run(deadline: .in(soon)) { (connection, _) throws(PostgresError) in
        try connection.run("select 1/0", deadline: .in(.seconds(5)))
      }
    }
    #expect(error?.code == .sqlState("22012"))
    try await worker.run(deadline: .in(soon)) { (connection, generation) throws(PostgresError) in
      try connection.run("select 1", deadline: .in(.seconds(5)))
      #expect(generation == 1)
    }
  }

  @Test func deadlineIsKept() async throws {
    let worker = PostgresWorker(conninfo: try await TestCluster.newDatabase(), label: "t")
    await #expect(throws: PostgresError(.deadlineExceeded, "")) {
      try await worker.run(deadline: .in(soon)) { (connection, _) throws(PostgresError) in
        try connection.run("select pg_sleep(20)", deadline: .in(.milliseconds(200)))
      }
    }
  }

  @Test func cutDuringCommitIsUnknown() async throws {
    let conninfo = try await TestCluster.newDatabase()
    let worker = PostgresWorker(conninfo: conninfo, label: "t")
    await #expect(throws: PostgresError(.outcomeUnknown, "")) {
      try await worker.run(deadline: .in(soon)) { (connection, _) throws(PostgresError) in
        try connection.run("begin", deadline: .in(.seconds(5)))
        try connection.pipelineCommitting(
          [
            (
              Statement("kill", [], "select pg_terminate_backend(pg_backend_pid())"),
              Parameters()
            )
          ], deadline: .in(.seconds(5)))
      }
    }
  }

  @Test func failedStepIsDefinitelyNotCommitted() async throws {
    let worker = PostgresWorker(conninfo: try await TestCluster.newDatabase(), label: "t")
    await #expect(throws: PostgresError(.sqlState("22012"), "")) {
      try await worker.run(deadline: .in(soon)) { (connection, _) throws(PostgresError) in
        try connection.run("begin", deadline: .in(.seconds(5)))
        try connection.pipelineCommitting(
          [(Statement("zero", [], "select 1/0"), Parameters())], deadline: .in(.seconds(5)))
      }
    }
  }

  @Test func pipelineLargerThanSocketBuffersDoesNotLockUp() async throws {
    let worker = PostgresWorker(conninfo: try await TestCluster.newDatabase(), label: "t")
    let total = try await worker.run(deadline: .in(soon)) {
      (connection, _) throws(PostgresError) in
      var parameters = Parameters()
      parameters.append([UInt8](repeating: 9, count: 1 << 20))
      let echo = Statement("echo", [.bytea], "select $1")
      let rows = try connection.pipeline(
        [PostgresConnection.Step](repeating: (echo, parameters), count: 24),
        deadline: .in(.seconds(20)))
      var total = 0
      for row in rows { total += try row.bytes(0, 0).count }
      return total
    }
    #expect(total == 24 << 20)
  }
}
