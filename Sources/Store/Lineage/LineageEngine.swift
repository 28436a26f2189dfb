package import Lineage
package import Records

/// Where the references of the store's records are walked. Two engines, one answer: SQL on any PostgreSQL, and an index
/// in memory.
///
/// Consistency: an answer is of exactly the records below `size`, whoever committed them: an engine that does not
/// have them all waits for them, up to its deadline. Nothing is retried here. Throws `.unavailable` and
/// `.deadlineExceeded`; `.corrupt` where what is stored contradicts itself.
package protocol LineageEngine: Sendable {
  /// Walks as `LineageWalk` says.
  func walk(_ query: LineageQuery) async throws(StoreError) -> LineageAnswer

  /// Single steps from many nodes at once.
  func step(_ query: StepQuery) async throws(StoreError) -> [LineageEdge]
}

/// The references to or from each of some nodes.
package struct StepQuery: Sendable {
  /// Ascending, each once.
  package var nodes: [Int64]
  package var direction: WalkDirection
  /// As in `LineageQuery`; edges to other namespaces are left out in silence.
  package var size: Int64
  package var namespaces: [String]
  package var members: MemberSet
  /// Edges of each node and member, the newest ones first; they come in order of node, member number, then far
  /// end descending, then role bytes.
  package var limitEach: Int

  package init(
    nodes: [Int64], direction: WalkDirection, size: Int64, namespaces: [String],
    members: MemberSet, limitEach: Int
  ) {
    self.nodes = nodes
    self.direction = direction
    self.size = size
    self.namespaces = namespaces
    self.members = members
    self.limitEach = limitEach
  }
}
