import Postgres
package import StemmaCrypto
package import Store

extension PostgresRebuilds {
  package func lease(
    _ request: LeaseRequest, in namespace: Namespace
  ) async throws(StoreError) -> [LeasedItem] {
    let now = request.now.microseconds
    let leases = request.leases.map(\.description)
    try await transaction { (connection, deadline) throws(PostgresError) in
      var time = Parameters()
      time.append(unixMicroseconds: now)
      var expire = time
      expire.append(RebuildItem.maximumAttempts)
      let ended = try connection.pipeline(
        [(LeaseSQL.lockExpired, time), (LeaseSQL.expire, expire)], deadline: deadline)
      try Self.strand(ended[1], on: &connection, deadline)
      var take = Parameters()
      take.append(namespace.name)
      take.append(leases)
      take.append(request.deviceClass)
      take.append(request.executors)
      take.append(request.worker)
      if let only = request.rebuild {
        take.append(only.description)
      } else {
        take.appendNull()
      }
      take.append(request.seconds)
      take.append(unixMicroseconds: now)
      _ = try connection.execute(LeaseSQL.take, take, deadline: deadline)
    }
    return try await items(under: leases, in: namespace).filter { $0.item.state == .leased }
  }

  package func renew(
    _ lease: WorkID, in namespace: Namespace, now: Timestamp
  ) async throws(StoreError) -> Timestamp? {
    var parameters = Self.parameters(lease, namespace)
    parameters.append(unixMicroseconds: now.microseconds)
    return try await query(LeaseSQL.renew, parameters) { (rows) throws(PostgresError) in
      guard rows.count == 1 else { return nil }
      return try rows.unixMicroseconds(0, 0).map { Timestamp(microseconds: $0) }
    }
  }

  package func aim(
    _ lease: WorkID, at view: Digest, in namespace: Namespace
  ) async throws(StoreError) -> Bool {
    var parameters = Self.parameters(lease, namespace)
    parameters.append(view.bytes)
    return try await query(LeaseSQL.aim, parameters) { (rows) throws(PostgresError) in
      rows.count == 1
    }
  }

  package func item(
    under lease: WorkID, in namespace: Namespace
  ) async throws(StoreError) -> RebuildItem? {
    try await items(under: [lease.description], in: namespace).first?.item
  }

  package func finish(
    _ lease: WorkID, _ outcome: WorkOutcome, in namespace: Namespace
  ) async throws(StoreError) -> Bool {
    let (statement, parameters) = Self.ending(lease, outcome, in: namespace)
    try await transaction { (connection, deadline) throws(PostgresError) in
      let rows = try connection.pipeline(
        [(LeaseSQL.lock, Self.parameters(lease, namespace)), (statement, parameters)],
        deadline: deadline)
      if case .done = outcome { return }
      try Self.strand(rows[1], on: &connection, deadline)
    }
    guard let item = try await item(under: lease, in: namespace) else { return false }
    switch outcome {
    case .done(let output): return item.state == .done && item.output == output
    case .failed, .returned, .listed: return item.state != .done
    }
  }

  private static func ending(
    _ lease: WorkID, _ outcome: WorkOutcome, in namespace: Namespace
  ) -> PostgresConnection.Step {
    var parameters = parameters(lease, namespace)
    switch outcome {
    case .done(let output):
      parameters.append(output.bytes)
      return (LeaseSQL.done, parameters)
    case .failed(let reason, let complaint):
      parameters.append(reason)
      parameters.append(Array(complaint.suffix(RebuildItem.maximumComplaint)))
      parameters.append(RebuildItem.maximumFailures)
      return (LeaseSQL.failed, parameters)
    case .returned: return (LeaseSQL.returned, parameters)
    case .listed(let reason):
      parameters.append(reason)
      return (LeaseSQL.listed, parameters)
    }
  }

  /// Lists what waits for items that will not be made. Each of `ended` is a rebuild, and whether it has such an item
  /// more.
  private static func strand(
    _ ended: Rows, on connection: inout PostgresConnection, _ deadline: Deadline
  ) throws(PostgresError) {
    var rebuilds: Set<String> = []
    for row in 0..<ended.count where try ended.bool(row, 1) {
      rebuilds.insert(try ended.text(row, 0))
    }
    guard !rebuilds.isEmpty else { return }
    var parameters = Parameters()
    parameters.append(rebuilds.sorted())
    _ = try connection.execute(LeaseSQL.strand, parameters, deadline: deadline)
  }

  private func items(
    under leases: [String], in namespace: Namespace
  ) async throws(StoreError) -> [LeasedItem] {
    var parameters = Parameters()
    parameters.append(leases)
    parameters.append(namespace.name)
    return try await query(LeaseSQL.under, parameters) { (rows) throws(PostgresError) in
      try (0..<rows.count).map { (row) throws(PostgresError) in
        guard let lease = WorkID(parsing: try rows.text(row, 17)) else {
          throw PostgresError(.decoding, "a lease without an id")
        }
        return LeasedItem(lease: lease, item: try RebuildItem(rows, row))
      }
    }
  }
}
