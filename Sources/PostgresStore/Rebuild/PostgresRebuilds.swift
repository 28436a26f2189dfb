package import Postgres
package import Store

/// The state of rebuilds on PostgreSQL.
package struct PostgresRebuilds: RebuildStorage {
  private let pool: PostgresPool
  let time = Duration.seconds(15)

  package init(pool: PostgresPool) { self.pool = pool }

  package func create(
    _ rebuild: Rebuild, _ items: [RebuildItem], in namespace: Namespace
  ) async throws(StoreError) {
    var parameters = Parameters()
    parameters.append(rebuild.id.description)
    parameters.append(namespace.name)
    parameters.append(rebuild.what)
    parameters.append(rebuild.priority)
    parameters.append(rebuild.at)
    parameters.append(rebuild.createdBy)
    parameters.append(unixMicroseconds: rebuild.createdAt.microseconds)
    let steps: [PostgresConnection.Step] = [
      (RebuildSQL.create, parameters),
      (RebuildSQL.createItems, ItemColumns.items(items, of: rebuild.id)),
      (RebuildSQL.createDependencies, ItemColumns.dependencies(items, of: rebuild.id)),
    ]
    // A large plan is one transaction all the same.
    try await pool.run(within: .seconds(60)) { (connection, deadline) throws(PostgresError) in
      _ = try connection.pipeline(steps, deadline: deadline)
    }
  }

  package func rebuild(
    _ id: WorkID, in namespace: Namespace
  ) async throws(StoreError) -> Rebuild? {
    try await pool.query(RebuildSQL.find, Self.parameters(id, namespace), within: time) {
      (rows) throws(PostgresError) in
      rows.count == 0 ? nil : try Rebuild(rows, 0)
    }
  }

  package func rebuilds(
    after: Int64?, limit: Int, in namespace: Namespace
  ) async throws(StoreError) -> Page<Rebuild> {
    var parameters = Parameters()
    parameters.append(namespace.name)
    parameters.append(after ?? .max)
    parameters.append(Int64(limit + 1))
    return try await pool.query(RebuildSQL.list, parameters, within: time) {
      (rows) throws(PostgresError) in
      try Self.page(rows, limit) { (row) throws(PostgresError) in try Rebuild(rows, row) }
    }
  }

  package func items(
    of rebuild: WorkID, state: RebuildItem.State?, after: Int32, limit: Int,
    in namespace: Namespace
  ) async throws(StoreError) -> Page<RebuildItem> {
    var parameters = Self.parameters(rebuild, namespace)
    if let state { parameters.append(state.rawValue) } else { parameters.appendNull() }
    parameters.append(after)
    parameters.append(Int64(limit + 1))
    return try await pool.query(LeaseSQL.items, parameters, within: time) {
      (rows) throws(PostgresError) in
      try Self.page(rows, limit) { (row) throws(PostgresError) in try RebuildItem(rows, row) }
    }
  }

  package func cancel(
    _ id: WorkID, in namespace: Namespace, now: Timestamp
  ) async throws(StoreError) -> Bool {
    var cancel = Self.parameters(id, namespace)
    cancel.append(unixMicroseconds: now.microseconds)
    let steps: [PostgresConnection.Step] = [
      (RebuildSQL.cancel, cancel), (RebuildSQL.cancelItems, Self.parameters(id, namespace)),
    ]
    return try await pool.run(within: time) { (connection, deadline) throws(PostgresError) in
      try connection.pipeline(steps, deadline: deadline)[0].count > 0
    }
  }

  package func backlog() async throws(StoreError) -> [Backlog] {
    try await pool.query(RebuildSQL.backlog, Parameters(), within: time) {
      (rows) throws(PostgresError) in
      try (0..<rows.count).map { (row) throws(PostgresError) in
        Backlog(
          deviceClass: try rows.optionalText(row, 0), items: try rows.int64(row, 1),
          leased: try rows.int64(row, 2), failed: try rows.int64(row, 3),
          milliseconds: try rows.int64(row, 4))
      }
    }
  }

  /// - Parameter rows: one more than `limit` where there are more.
  private static func page<Item: Sendable>(
    _ rows: Rows, _ limit: Int, _ read: (Int) throws(PostgresError) -> Item
  ) throws(PostgresError) -> Page<Item> {
    Page(
      items: try (0..<min(rows.count, limit)).map { (row) throws(PostgresError) in try read(row) },
      hasMore: rows.count > limit)
  }

  func query<Value: Sendable>(
    _ statement: Statement, _ parameters: Parameters,
    _ read: @Sendable (Rows) throws(PostgresError) -> Value
  ) async throws(StoreError) -> Value {
    try await pool.query(statement, parameters, within: time, read)
  }

  /// Runs `body` in one transaction.
  func transaction(
    _ body: @Sendable (inout PostgresConnection, Deadline) throws(PostgresError) -> Void
  ) async throws(StoreError) {
    try await pool.run(within: time) { (connection, deadline) throws(PostgresError) in
      try connection.run("begin isolation level read committed", deadline: deadline)
      try body(&connection, deadline)
      try connection.pipelineCommitting([], deadline: deadline)
    }
  }

  static func parameters(_ id: WorkID, _ namespace: Namespace) -> Parameters {
    var parameters = Parameters()
    parameters.append(id.description)
    parameters.append(namespace.name)
    return parameters
  }
}
