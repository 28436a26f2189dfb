import Postgres
package import Store

/// The table `edge`, filled on a connection of its own.
package struct PostgresEdges: EdgeStorage {
  /// References that are added at once. A reader waits no longer than for one such batch of somebody else's.
  private static let batchEdges: Int64 = 20_000
  /// Records that are looked at for that.
  private static let batchRecords: Int64 = 20_000

  private let worker: PostgresWorker
  private let deadline: Duration

  package init(conninfo: String, deadline: Duration = .seconds(60)) {
    worker = PostgresWorker(
      conninfo: conninfo, label: "stemma-edges", session: EdgeFillSQL.session)
    self.deadline = deadline
  }

  package func close() async { await worker.close() }

  package func progress() async throws(StoreError) -> EdgeProgress {
    try await run { (connection, deadline) throws(PostgresError) in
      try EdgeProgress(connection.execute(LineageSQL.progress, deadline: deadline))
    }
  }

  package func fill() async throws(StoreError) -> EdgeProgress? {
    try await run { (connection, deadline) throws(PostgresError) in
      let locked = try connection.pipeline(
        [(EdgeFillSQL.begin, Parameters()), (EdgeFillSQL.lock, Parameters())], deadline: deadline)
      guard locked[1].count == 1 else { return nil }
      let before = try EdgeProgress(locked[1])
      // The worker ends what is left open.
      guard before.filled < before.published else { return before }
      let end = try Self.end(from: before, on: &connection, deadline)
      var range = Parameters()
      range.append(before.filled)
      range.append(end)
      var size = Parameters()
      size.append(end)
      try connection.pipelineCommitting(
        [(EdgeFillSQL.add, range), (EdgeFillSQL.move, size)], deadline: deadline)
      return EdgeProgress(filled: end, published: before.published)
    }
  }

  private static func end(
    from before: EdgeProgress, on connection: inout PostgresConnection, _ deadline: Deadline
  ) throws(PostgresError) -> Int64 {
    var parameters = Parameters()
    for value in [before.filled, before.published, batchEdges, batchRecords] {
      parameters.append(value)
    }
    let rows = try connection.execute(EdgeFillSQL.end, parameters, deadline: deadline)
    guard !rows.isNull(0, 0) else {
      throw PostgresError(.decoding, "record \(before.filled) is not there")
    }
    return try rows.int64(0, 0)
  }

  private func run<Value: Sendable>(
    _ body: @Sendable (inout PostgresConnection, Deadline) throws(PostgresError) -> Value
  ) async throws(StoreError) -> Value {
    let deadline = Deadline.in(deadline)
    return try await translated { () async throws(PostgresError) in
      try await worker.run(deadline: deadline) { (connection, _) throws(PostgresError) in
        try body(&connection, deadline)
      }
    }
  }
}

extension EdgeProgress {
  /// The columns of `LineageSQL.progress`.
  init(_ rows: Rows) throws(PostgresError) {
    guard rows.count == 1 else { throw PostgresError(.decoding, "edge_fill is empty") }
    self.init(filled: try rows.int64(0, 0), published: try rows.int64(0, 1))
  }
}
