package import Lineage
package import Records
package import StemmaCrypto

/// A question about lineage, as somebody asks it.
package struct LineageRequest: Sendable {
  package var root: Digest
  /// Whose records are seen, together with those that it imports.
  package var namespace: Namespace
  package var direction: LineageGraph.Direction
  /// Levels beyond the root; nil: all.
  package var depth: Int?
  /// Kinds that are listed; none: all.
  package var kinds: [Kind] = []
  /// Roles of inputs that are followed; none: all.
  package var roles: [String] = []
  /// Associations that are followed as derivations are.
  package var crossed: [ReferenceMember] = []
  /// Nil: now.
  package var at: SnapshotPoint?
  /// Nodes of a page.
  package var limit = 1000
  /// The page after this place.
  package var after: LineageCursor?
  /// Show what stands beside the nodes too.
  package var wantsAssociations = false
  /// Give the records themselves too.
  package var wantsRecords = false

  package init(root: Digest, namespace: Namespace, direction: LineageGraph.Direction) {
    self.root = root
    self.namespace = namespace
    self.direction = direction
  }

  /// Digest of all that says which nodes there are, and in which order: a place among them means nothing to
  /// another question.
  var fingerprint: Digest {
    let parts =
      [root.description, namespace.name, direction.rawValue, depth.map(String.init) ?? ""]
      + [at?.description ?? "", "\(kinds.count)"] + kinds.map(\.name)
      + ["\(crossed.count)"] + crossed.map { "\($0.rawValue)" } + roles
    return SHA256.digest(of: parts.flatMap { Array("\($0.utf8.count):\($0)".utf8) })
  }
}
