package import Canonical
package import Records
package import StemmaCrypto

/// A piece of the store's graph with what is known of each record: what the interfaces send and show, and what
/// stories, comparisons and pictures are made of. It can be read with no server.
package struct LineageGraph: Sendable {
  package enum Direction: String, Sendable, CaseIterable {
    case up, down, both
  }

  package struct Node: Sendable {
    package var index: Int64
    package var digest: Digest
    package var kind: Kind
    package var namespace: String
    package var principal: String
    /// `YYYY-MM-DDThh:mm:ss.ffffffZ`.
    package var committedAt: String
    /// Levels from the root: above it negative, below it positive. Nil for a record that is only beside
    /// others.
    package var distance: Int?
    /// Its body was destroyed.
    package var isErased: Bool
    /// The record itself; nil where it was erased or not asked for.
    package var record: JSONNode?

    package init(
      index: Int64, digest: Digest, kind: Kind, namespace: String, principal: String,
      committedAt: String, distance: Int?, isErased: Bool, record: JSONNode?
    ) {
      self.index = index
      self.digest = digest
      self.kind = kind
      self.namespace = namespace
      self.principal = principal
      self.committedAt = committedAt
      self.distance = distance
      self.isErased = isErased
      self.record = record
    }
  }

  package var root: Int64
  package var direction: Direction
  /// The newest index of the snapshot.
  package var at: Int64
  /// Nearest first, then by index; what is above before what is below.
  package var nodes: [Node] = []
  /// References between nodes that were followed.
  package var edges: [LineageEdge] = []
  /// Records that are shown beside nodes and were not walked: executions, devices, names, labels, …
  package var beside: [Node] = []
  /// References between a node and what is beside it (or beside that: the ranks of an execution).
  package var associations: [LineageEdge] = []
  package var truncation: Truncation = []
  /// Asks for what follows; nil where nothing does.
  package var next: String?

  package init(root: Int64, direction: Direction, at: Int64) {
    self.root = root
    self.direction = direction
    self.at = at
  }
}
