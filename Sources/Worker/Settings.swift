internal import Canonical
internal import FileDigests
internal import Records

/// An object of a configuration, with where it stands: every refusal names file, member and what is wrong.
struct Settings {
  let node: JSONNode
  private let path: String
  private let member: String

  init(_ node: JSONNode, path: String, member: String) throws(WorkerError) {
    (self.node, self.path, self.member) = (node, path, member)
    guard node.type == .object else {
      throw WorkerError(
        .configuration, "\(path): \(member.isEmpty ? "the file" : member): no JSON object")
    }
  }

  func refuse(_ name: String, _ why: String) -> WorkerError {
    WorkerError(.configuration, "\(path): \(member.isEmpty ? "" : "\(member).")\(name): \(why)")
  }

  /// Refuses members with other names.
  func allow(_ names: Set<String>) throws(WorkerError) {
    for (key, _) in node.members {
      guard let name = key.text, names.contains(name) else {
        throw refuse(printable(key.utf8 ?? []), "not known")
      }
    }
  }

  func object(_ name: String) throws(WorkerError) -> Settings? {
    guard let value = node.member(Array(name.utf8)) else { return nil }
    return try Settings(value, path: path, member: member.isEmpty ? name : "\(member).\(name)")
  }

  /// Any text without NUL, which neither paths nor environments can hold.
  func text(_ name: String) throws(WorkerError) -> String? {
    guard let value = node.member(Array(name.utf8)) else { return nil }
    return try text(value, name)
  }

  func texts(_ name: String) throws(WorkerError) -> [String]? {
    guard let value = node.member(Array(name.utf8)) else { return nil }
    guard value.type == .array else { throw refuse(name, "a list of texts is needed") }
    var texts: [String] = []
    for element in value.elements { texts.append(try text(element, name)) }
    return texts
  }

  private func text(_ value: JSONNode, _ name: String) throws(WorkerError) -> String {
    guard let text = value.text, !text.utf8.contains(0) else {
      throw refuse(name, "a text is needed")
    }
    return text
  }

  func identifier(_ name: String) throws(WorkerError) -> String? {
    guard let text = try text(name) else { return nil }
    guard isIdentifier(text.utf8) else {
      throw refuse(name, "an identifier is needed ([a-z0-9][a-z0-9._-]{0,62})")
    }
    return text
  }

  func integer(_ name: String, _ range: ClosedRange<Int64>) throws(WorkerError) -> Int64? {
    guard let value = node.member(Array(name.utf8)) else { return nil }
    guard let integer = value.integer, range.contains(integer) else {
      throw refuse(
        name, "a whole number from \(range.lowerBound) to \(range.upperBound) is needed")
    }
    return integer
  }
}
