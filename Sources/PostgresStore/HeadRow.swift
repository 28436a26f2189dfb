import Postgres
import Store

/// The row of the head. Whatever stores a record moves it on, so equal rows mean that none came in between.
struct HeadRow: Equatable, Sendable {
  var nextIndex: Int64
  var nextNamespace: Int32
  var lastCommittedAt: Timestamp?

  /// - Parameter rows: the answer to `CommitSQL.lockHead` or `readHead`.
  init(_ rows: Rows?) throws(PostgresError) {
    guard let rows, rows.count == 1 else {
      throw PostgresError(.decoding, "the head row is missing: is this database migrated?")
    }
    nextIndex = try rows.int64(0, 0)
    nextNamespace = try rows.int32(0, 1)
    lastCommittedAt = try rows.unixMicroseconds(0, 2).map(Timestamp.init(microseconds:))
  }
}
