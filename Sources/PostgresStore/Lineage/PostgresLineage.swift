package import Lineage
import Postgres
import Records
package import Store

/// Lineage by frontier expansion in SQL: a set of nodes a level, over the covering indexes of `edge`. Right on
/// any PostgreSQL, whatever else is up.
///
/// A walk holds one connection of its pool until it ends.
package struct PostgresLineage: LineageEngine {
  private let pool: PostgresPool
  private let filler: EdgeFiller
  private let portion: FrontierExpansion.Portion
  private let deadline: Duration

  /// - Parameter filler: brings the table to the snapshot that is asked for.
  package init(
    conninfo: String, filler: EdgeFiller, workers: Int = 4,
    portion: FrontierExpansion.Portion = .init(), deadline: Duration = .seconds(20)
  ) {
    pool = PostgresPool(
      conninfo: conninfo, workers: workers, maximumWaiters: 256, label: "stemma-lineage",
      session: LineageSQL.session)
    self.filler = filler
    self.portion = portion
    self.deadline = deadline
  }

  package func close() async { await pool.close() }

  package func walk(_ query: LineageQuery) async throws(StoreError) -> LineageAnswer {
    try await read(query.namespaces, size: query.size) {
      (connection, namespaces, deadline) throws(PostgresError) in
      var expansion = FrontierExpansion(query, namespaces: namespaces, portion: portion)
      return try expansion.run(on: &connection, deadline)
    }
  }

  package func step(_ query: StepQuery) async throws(StoreError) -> [LineageEdge] {
    try await read(query.namespaces, size: query.size) {
      (connection, namespaces, deadline) throws(PostgresError) in
      var edges: [LineageEdge] = []
      for start in stride(from: 0, to: query.nodes.count, by: Self.stepNodes) {
        let nodes = Array(query.nodes[start..<min(start + Self.stepNodes, query.nodes.count)])
        try Self.step(query, nodes, namespaces, on: &connection, deadline, into: &edges)
      }
      return edges
    }
  }

  /// Nodes of one statement of steps.
  private static let stepNodes = 256

  private static func step(
    _ query: StepQuery, _ nodes: [Int64], _ namespaces: [Int32],
    on connection: inout PostgresConnection, _ deadline: Deadline, into edges: inout [LineageEdge]
  ) throws(PostgresError) {
    let isUp = query.direction == .up
    var parameters = Parameters()
    parameters.append(nodes)
    if isUp {
      parameters.append(query.members.mask)
    } else {
      parameters.append(query.members.members.map(\.rawValue))
    }
    parameters.append(namespaces)
    parameters.append(Int64(query.limitEach))
    if !isUp { parameters.append(query.size) }
    let rows = try connection.execute(
      isUp ? LineageSQL.stepUp : LineageSQL.stepDown, parameters, deadline: deadline)
    for row in 0..<rows.count {
      let (near, far) = (try rows.int64(row, 0), try rows.int64(row, 1))
      guard let member = ReferenceMember(rawValue: try rows.int16(row, 2)) else {
        throw PostgresError(.decoding, "an edge of \(near) has no member")
      }
      let role = try rows.text(row, 3)
      edges.append(
        LineageEdge(
          from: isUp ? near : far, to: isUp ? far : near, member: member,
          role: role.isEmpty ? nil : role))
    }
  }

  /// Runs `body` once the table has all records below `size`, with the ids of `namespaces`.
  private func read<Value: Sendable>(
    _ namespaces: [String], size: Int64,
    _ body: @Sendable (inout PostgresConnection, [Int32], Deadline) throws(PostgresError) -> Value
  ) async throws(StoreError) -> Value {
    var names = Parameters()
    names.append(namespaces)
    let (first, deadline) = (names, Deadline.in(deadline))
    while true {
      let value = try await translated { () async throws(PostgresError) in
        try await pool.withConnection(deadline: deadline) {
          (connection) throws(PostgresError) -> Value? in
          let rows = try connection.pipeline(
            [(LineageSQL.progress, Parameters()), (NamespaceSQL.ids, first)], deadline: deadline)
          guard try EdgeProgress(rows[0]).filled >= size else { return nil }
          let ids = try (0..<rows[1].count).map { (row) throws(PostgresError) in
            try rows[1].int32(row, 1)
          }
          return try body(&connection, ids, deadline)
        }
      }
      if let value { return value }
      // Not while a connection is held: those that need no more than is there go on.
      try await filler.fill(to: size, by: deadline.instant)
    }
  }
}
