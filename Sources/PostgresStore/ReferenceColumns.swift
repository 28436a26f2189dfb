import Records
import Store

/// The references of a record as columns: targets, members and roles, one element each.
///
/// Arrays of unlike lengths cannot be one array: they go to the server as text, which casts each of them.
struct ReferenceColumns {
  let targets: String
  let members: String
  /// Empty where no reference has a role.
  let roles: String

  init(_ new: BatchPlan.NewRecord) {
    let references = new.record.references
    targets = Self.array(new.targets.map(String.init))
    members = Self.array(
      references.map { reference in
        guard let member = ReferenceMember(of: new.record.kind, pointer: reference.member) else {
          preconditionFailure("no number for \(reference.member) of \(new.record.kind.name)")
        }
        return String(member.rawValue)
      })
    // Quoted: a role can be `null`. It is an identifier, so nothing in it needs to be escaped.
    roles =
      references.contains { $0.role != nil }
      ? Self.array(references.map { $0.role.map { "\"\($0)\"" } ?? "null" }) : ""
  }

  private static func array(_ elements: [String]) -> String {
    "{" + elements.joined(separator: ",") + "}"
  }
}
