package import Canonical
import Records
import StemmaCrypto

extension LineageGraph {
  /// Reads what `json` wrote. Members that are not known are passed over: the server may be newer.
  ///
  /// - Throws: what is wrong, and where.
  package init(parsing node: JSONNode) throws(LineageFormatError) {
    try self.init(summary: node)
    nodes = try Self.list("nodes", in: node, Node.init(parsing:))
    beside = try Self.list("beside", in: node, Node.init(parsing:))
    edges = try Self.list("edges", in: node, LineageEdge.init(parsing:))
    associations = try Self.list("associations", in: node, LineageEdge.init(parsing:))
  }

  /// Reads all but the lists.
  init(summary node: JSONNode) throws(LineageFormatError) {
    guard let root = node["root"]?.integer, let at = node["at"]?.integer,
      let direction = node["direction"]?.text.flatMap(Direction.init)
    else { throw LineageFormatError("", "root, at or direction is not there") }
    self.init(root: root, direction: direction, at: at)
    let reasons = node["truncatedBy"]?.elements.map { $0.text ?? "" } ?? []
    guard let truncation = Truncation(names: reasons) else {
      throw LineageFormatError("/truncatedBy", "a reason is not known: \(reasons)")
    }
    self.truncation = truncation
    next = node["next"]?.text
  }

  private static func list<Item>(
    _ name: StaticString, in node: JSONNode, _ read: (JSONNode) -> Item?
  ) throws(LineageFormatError) -> [Item] {
    guard let list = node[name], list.type == .array else {
      throw LineageFormatError("/\(name)", "not a list")
    }
    var items: [Item] = []
    for (position, element) in list.elements.enumerated() {
      guard let item = read(element) else {
        throw LineageFormatError("/\(name)/\(position)", "cannot be read")
      }
      items.append(item)
    }
    return items
  }
}

extension LineageGraph.Node {
  init?(parsing node: JSONNode) {
    guard let index = node["index"]?.integer,
      let digest = node["digest"]?.text.flatMap({ Digest(parsing: $0) }),
      let kind = node["kind"]?.text.flatMap(Kind.init(named:)),
      let namespace = node["namespace"]?.text, let principal = node["principal"]?.text,
      let committedAt = node["committedAt"]?.text
    else { return nil }
    self.init(
      index: index, digest: digest, kind: kind, namespace: namespace, principal: principal,
      committedAt: committedAt, distance: node["distance"]?.integer.map(Int.init),
      isErased: node["erased"]?.bool ?? false, record: node["record"])
  }
}

extension LineageEdge {
  init?(parsing node: JSONNode) {
    guard let from = node["from"]?.integer, let to = node["to"]?.integer,
      let kind = node["kind"]?.text.flatMap(Kind.init(named:)), let name = node["member"]?.text,
      let member = ReferenceMember(of: kind, pointer: "/\(name)")
    else { return nil }
    self.init(from: from, to: to, member: member, role: node["role"]?.text)
  }
}

/// An answer that cannot be read.
package struct LineageFormatError: Error, Sendable, CustomStringConvertible {
  /// JSON Pointer into the answer.
  package let pointer: String
  package let message: String

  package init(_ pointer: String, _ message: String) {
    self.pointer = pointer
    self.message = message
  }

  package var description: String { "lineage\(pointer): \(message)" }
}
