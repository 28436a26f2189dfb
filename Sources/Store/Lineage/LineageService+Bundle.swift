import Lineage

extension LineageService {
  /// Of each node and member: who takes a lineage away wants every label and every retraction.
  private static let besideInBundle = 10_000

  /// Which records somebody needs who wants to follow a lineage with no server.
  package struct Bundle: Sendable {
    package let root: Int64
    /// Size of the snapshot.
    package let size: Int64
    /// Of all nodes and of what stands beside them; ascending, each once.
    package let indices: [Int64]
    /// There are more than the request allows: what is cut off would prove nothing.
    package let isCut: Bool
  }

  /// The whole lineage of a record upwards, and what stands beside it; nil where nothing that may be seen has that
  /// digest at that point.
  ///
  /// - Parameter request: its root, namespace and snapshot; it asks for one page of as many nodes as may be.
  package func bundle(of request: LineageRequest) async throws(StoreError) -> Bundle? {
    guard let (outline, admission) = try await anyOutline(of: request) else { return nil }
    defer { withExtendedLifetime(admission) {} }
    let nodes = outline.places.map(\.index)
    var indices = Set(nodes)
    var isCut = !outline.truncation.subtracting([.namespace, .edges]).isEmpty
    for start in stride(from: 0, to: nodes.count, by: Self.slice) {
      let slice = nodes[start..<min(start + Self.slice, nodes.count)]
      var beside = BesideWalk(nodes: slice, direction: .up, limitEach: Self.besideInBundle)
      try await drive(&beside, in: outline)
      indices.formUnion(beside.indices)
      isCut = isCut || beside.isCut
    }
    // What lies in a namespace that is not seen is missed by whoever checks the bundle, and named then.
    return Bundle(
      root: outline.root, size: outline.size, indices: indices.sorted(), isCut: isCut)
  }
}
