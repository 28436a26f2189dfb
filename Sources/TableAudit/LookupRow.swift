internal import Postgres
internal import Records
internal import StemmaCrypto

/// What the look-up tables must say of one record.
struct LookupRow {
  struct ClaimRow: Hashable {
    let index: Int64
    let namespace: Int32
    let claim: [UInt8]
  }

  struct EventRow: Hashable {
    let index: Int64
    let namespace: Int32
    let kind: Int16
    let subject: [UInt8]
    let previous: Int64
  }

  let index: Int64
  /// What is wrong with the row's own columns.
  private(set) var problems: [String] = []
  private(set) var claims: [ClaimRow] = []
  private(set) var events: [EventRow] = []
  /// Whether only the statement is left, from which a claim cannot be made again.
  let isErased: Bool

  /// The columns of `TableSQL.lookups`.
  init(_ rows: Rows, _ row: Int) throws(PostgresError) {
    index = try rows.int64(row, 0)
    let body = try rows.optionalBytes(row, 8)
    isErased = body == nil
    if let body {
      // What is no record at all, the audit of the openings reports.
      if let record = try? Record(canonical: body) { try check(record, rows, row) }
    } else if let bytes = try rows.optionalBytes(row, 9),
      let statement = try? EntryStatement(parsing: bytes)
    {
      try check(statement, rows, row)
    }
  }

  private mutating func check(_ record: Record, _ rows: Rows, _ row: Int) throws(PostgresError) {
    let namespace = try rows.int32(row, 1)
    if try rows.int16(row, 2) != record.kind.rawValue { problems.append("the column kind") }
    if try rows.optionalBytes(row, 5) != record.key { problems.append("the column key") }
    if try rows.optionalBytes(row, 6) != record.content?.digest.bytes {
      problems.append("the column content")
    }
    if try rows.optionalBytes(row, 7) != record.execution?.bytes {
      problems.append("the column execution")
    }
    try check(record.references.map { ($0.member, $0.role) }, of: record.kind, rows, row)
    claims = record.claims.map {
      ClaimRow(
        index: index, namespace: namespace, claim: SHA256.digest(of: $0.claimBytes()).bytes)
    }
    guard let event = record.event else { return }
    let targets = try rows.int64s(row, 4)
    let position = record.references.firstIndex { $0.member == "/previous" }
    events = [
      EventRow(
        index: index, namespace: namespace, kind: event.kind.rawValue, subject: event.subject,
        previous: position.flatMap { $0 < targets.count ? targets[$0] : nil } ?? -1)
    ]
  }

  /// What stands beside the targets.
  private mutating func check(
    _ references: [(pointer: String, role: String?)], of kind: Kind, _ rows: Rows, _ row: Int
  ) throws(PostgresError) {
    let members = references.map { ReferenceMember(of: kind, pointer: $0.pointer)?.rawValue }
    if try rows.int16s(row, 13) != members { problems.append("the column members") }
    let roles = references.map(\.role)
    let stored = rows.isNull(row, 14) ? nil : try rows.optionalTexts(row, 14)
    if stored != (roles.allSatisfy { $0 == nil } ? nil : roles) {
      problems.append("the column roles")
    }
  }

  private mutating func check(
    _ statement: EntryStatement, _ rows: Rows, _ row: Int
  ) throws(PostgresError) {
    if try rows.int16(row, 2) != statement.kind.rawValue { problems.append("the column kind") }
    if try rows.bytes(row, 3) != statement.digest.bytes { problems.append("the column digest") }
    if try rows.int64s(row, 4) != statement.references.map(\.target) {
      problems.append("the column targets")
    }
    try check(statement.references.map { ($0.member, $0.role) }, of: statement.kind, rows, row)
    if !rows.isNull(row, 5) { problems.append("the column key of an erased record") }
    if try rows.optionalBytes(row, 10) != Array(statement.namespace.utf8) {
      problems.append("the column namespace")
    }
    if try rows.bytes(row, 11) != Array(statement.principal.utf8) {
      problems.append("the column principal")
    }
    if try rows.bytes(row, 12) != Array(statement.committedAt.utf8) {
      problems.append("the column committed_at")
    }
  }
}
