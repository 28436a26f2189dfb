package import Postgres
import Records
package import Store
import Synchronization

/// The references of all records, read page by page out of `record`.
package final class PostgresLineageFeed: LineageFeed {
  /// A block ends when it has this many references.
  private static let blockEdges: Int64 = 500_000

  private let pool: PostgresPool
  private let deadline: Duration
  /// Names never change.
  private let names = Mutex<[Int32: String]>([:])

  package init(pool: PostgresPool, deadline: Duration = .seconds(60)) {
    self.pool = pool
    self.deadline = deadline
  }

  package func block(
    from index: Int64, below size: Int64, limit: Int
  ) async throws(StoreError) -> EdgeBlock {
    var parameters = Parameters()
    for value in [index, size, Int64(limit), Self.blockEdges] { parameters.append(value) }
    let page = parameters
    return try await pool.run(within: deadline) { (connection, deadline) throws(PostgresError) in
      let rows = try connection.execute(LineageSQL.block, page, deadline: deadline)
      guard rows.count > 0 || index >= size else {
        throw PostgresError(.decoding, "record \(index) is not there")
      }
      var ids = Set<Int32>()
      for row in 0..<rows.count { ids.insert(try rows.int32(row, 2)) }
      let names = try self.names(of: ids, on: &connection, deadline)
      return try Self.block(from: index, rows, names)
    }
  }

  private static func block(
    from index: Int64, _ rows: Rows, _ names: [Int32: String]
  ) throws(PostgresError) -> EdgeBlock {
    var block = EdgeBlock(firstIndex: index)
    for row in 0..<rows.count {
      let members = try rows.int16s(row, 4)
      let targets = try rows.int64s(row, 3)
      let roles = rows.isNull(row, 5) ? [] : try rows.optionalTexts(row, 5)
      guard try rows.int64(row, 0) == block.endIndex,
        let kind = Kind(rawValue: try rows.int16(row, 1)),
        let namespace = names[try rows.int32(row, 2)],
        members.count == targets.count, roles.isEmpty || roles.count == targets.count
      else { throw PostgresError(.decoding, "record \(block.endIndex) is not as it was written") }
      block.append(kind: kind, namespace: namespace)
      for position in targets.indices {
        guard let member = ReferenceMember(rawValue: members[position]) else {
          throw PostgresError(.decoding, "no reference has the number \(members[position])")
        }
        block.append(
          target: targets[position], member: member, role: roles.isEmpty ? nil : roles[position])
      }
    }
    return block
  }

  private func names(
    of ids: Set<Int32>, on connection: inout PostgresConnection, _ deadline: Deadline
  ) throws(PostgresError) -> [Int32: String] {
    let unknown = names.withLock { known in ids.filter { known[$0] == nil } }
    guard !unknown.isEmpty else { return names.withLock { $0 } }
    var parameters = Parameters()
    parameters.append(Array(unknown))
    let rows = try connection.execute(
      LineageSQL.namespaceNames, parameters, deadline: deadline)
    for row in 0..<rows.count {
      let (id, name) = (try rows.int32(row, 0), try rows.text(row, 1))
      names.withLock { $0[id] = name }
    }
    return names.withLock { $0 }
  }
}
