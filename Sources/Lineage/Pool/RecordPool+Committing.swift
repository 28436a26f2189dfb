import Canonical
package import Records
import StemmaCrypto

extension RecordPool {
  /// Adds a record as a commit would: with the next index, its references resolved in its namespace and then in those
  /// that it imports. For graphs that are made up.
  ///
  /// - Returns: its index, or the one that it has already.
  /// - Throws: a reference to a record that is not there.
  @discardableResult
  package mutating func commit(
    _ record: Record, namespace: String = "main", imports: [String] = [],
    principal: String = "admin", committedAt: String = "2026-11-24T12:00:00.000000Z"
  ) throws(LineageFormatError) -> Int64 {
    let seen = [namespace] + imports
    if let index = index(of: record.digest, in: [namespace]) { return index }
    var references: [EntryStatement.Reference] = []
    for reference in record.references {
      guard let target = index(of: reference.target, in: seen) else {
        throw LineageFormatError(reference.member, "\(reference.target) is not there")
      }
      references.append(.init(member: reference.member, role: reference.role, target: target))
    }
    let index = (indices.last ?? -1) + 1
    try add(
      EntryStatement(
        namespace: namespace, kind: record.kind, digest: record.digest, principal: principal,
        committedAt: committedAt, references: references),
      at: index, body: record.canonical)
    return index
  }
}
