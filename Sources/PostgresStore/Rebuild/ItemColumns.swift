import Postgres
import StemmaCrypto
import Store

/// Rebuilds and their items as columns.
enum ItemColumns {
  static func items(_ items: [RebuildItem], of rebuild: WorkID) -> Parameters {
    var parameters = Parameters()
    parameters.append(rebuild.description)
    parameters.append(items.map(\.id.description))
    parameters.append(items.map(\.number))
    parameters.append(items.map(\.view.bytes))
    parameters.append(items.map(\.goal.rawValue))
    append(items.map(\.deviceClass), to: &parameters)
    append(items.map(\.executor), to: &parameters)
    append(items.map(\.expected?.deviceClass), to: &parameters)
    // An item without an expected class has no expected time either: -1 stands for it.
    parameters.append(items.map { $0.expected?.milliseconds ?? -1 })
    parameters.append(items.map(\.state.rawValue))
    append(items.map(\.reason), to: &parameters)
    parameters.append(items.map { Int32($0.after.count) })
    return parameters
  }

  static func dependencies(_ items: [RebuildItem], of rebuild: WorkID) -> Parameters {
    let pairs = items.flatMap { item in item.after.map { (item.number, $0) } }
    var parameters = Parameters()
    parameters.append(rebuild.description)
    parameters.append(pairs.map(\.0))
    parameters.append(pairs.map(\.1))
    return parameters
  }

  private static func append(_ values: [String?], to parameters: inout Parameters) {
    parameters.append(.text, values.count) { index, out in
      guard let value = values[index] else { return false }
      out += value.utf8
      return true
    }
  }
}

extension Rebuild {
  /// Reads a row of `RebuildSQL.find`.
  init(_ rows: Rows, _ row: Int) throws(PostgresError) {
    let states = try rows.texts(row, 8)
    let classes = try rows.optionalTexts(row, 9)
    let items = try rows.int64s(row, 10)
    var counts: [Count] = []
    for place in states.indices {
      guard let state = RebuildItem.State(rawValue: states[place]) else {
        throw PostgresError(.decoding, "an item in the state \(states[place])")
      }
      counts.append(Count(state: state, deviceClass: classes[place], items: items[place]))
    }
    guard let id = WorkID(parsing: try rows.text(row, 0)),
      let createdAt = try rows.unixMicroseconds(row, 5)
    else { throw PostgresError(.decoding, "a rebuild cannot be read") }
    self.init(
      id: id, what: try rows.text(row, 1), priority: try rows.int32(row, 2),
      at: try rows.int64(row, 3), createdBy: try rows.text(row, 4),
      createdAt: Timestamp(microseconds: createdAt),
      cancelledAt: try rows.optionalTime(row, 6), counts: counts, place: try rows.int64(row, 7))
  }
}

extension RebuildItem {
  /// Reads a row of `LeaseSQL.columns`.
  init(_ rows: Rows, _ row: Int) throws(PostgresError) {
    guard let id = WorkID(parsing: try rows.text(row, 0)),
      let view = Digest(bytes: try rows.bytes(row, 2)),
      let goal = Goal(rawValue: try rows.text(row, 3)),
      let state = State(rawValue: try rows.text(row, 9))
    else { throw PostgresError(.decoding, "an item of a rebuild cannot be read") }
    var after: [Int32] = []
    try rows.append(row, 6, to: &after)
    var expected: Expected?
    if let deviceClass = try rows.optionalText(row, 7) {
      expected = Expected(deviceClass: deviceClass, milliseconds: try rows.int64(row, 8))
    }
    self.init(
      id: id, number: try rows.int32(row, 1), view: view, goal: goal,
      deviceClass: try rows.optionalText(row, 4), executor: try rows.optionalText(row, 5),
      after: after, expected: expected, state: state, reason: try rows.optionalText(row, 10))
    attempts = try rows.int32(row, 11)
    leasedBy = try rows.optionalText(row, 12)
    expiresAt = try rows.optionalTime(row, 13)
    viewTo = try rows.optionalBytes(row, 14).flatMap { Digest(bytes: $0) }
    output = try rows.optionalBytes(row, 15).flatMap { Digest(bytes: $0) }
    complaint = try rows.optionalBytes(row, 16)
  }
}

extension Rows {
  func optionalText(_ row: Int, _ column: Int) throws(PostgresError) -> String? {
    isNull(row, column) ? nil : try text(row, column)
  }

  fileprivate func optionalTime(_ row: Int, _ column: Int) throws(PostgresError) -> Timestamp? {
    isNull(row, column)
      ? nil : try unixMicroseconds(row, column).map { Timestamp(microseconds: $0) }
  }
}
