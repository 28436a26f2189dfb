import Lineage
import Postgres
import Records

/// A row of `edge` as a walk meets it.
struct EdgeRow {
  let near: Int64
  let far: Int64
  let member: ReferenceMember
  /// Empty for none.
  let role: String
  let position: Int16
  /// Of the far end, like `kind`.
  let namespace: Int32
  let kind: Kind

  /// The columns of `LineageSQL.up` and `LineageSQL.down`.
  init(_ rows: Rows, _ row: Int, _ direction: WalkDirection) throws(PostgresError) {
    near = try rows.int64(row, 0)
    far = try rows.int64(row, 1)
    guard let member = ReferenceMember(rawValue: try rows.int16(row, 2)),
      let kind = direction == .up ? Kind(rawValue: try rows.int16(row, 6)) : member.kind
    else { throw PostgresError(.decoding, "an edge of \(near) has no member, or no kind") }
    self.member = member
    self.kind = kind
    role = try rows.text(row, 3)
    position = try rows.int16(row, 4)
    namespace = try rows.int32(row, 5)
  }

  /// The order of a walk. Roles are ASCII, so that texts sort as their bytes.
  var order: (Int64, Int16, String, Int16) { (far, member.rawValue, role, position) }
}
