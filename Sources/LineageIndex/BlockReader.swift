import Records
import Store

/// A block on its way into a graph, in slices that hold the graph's lock for a short time each.
///
/// Everything that a block says is checked against what is known: it comes from a database that others can
/// write to, and a wrong target would be a crash or a wrong answer later.
struct BlockReader {
  /// Records of a slice.
  private static let sliceSize = 512

  private let block: EdgeBlock
  private var record = 0
  private var reference = 0
  /// Numbers in the graph, by position in the block's own tables; nil until the graph was asked.
  private var namespaces: [UInt32?]
  private var edges: [IndexGraph.Edge] = []

  init(_ block: EdgeBlock) {
    self.block = block
    namespaces = Array(repeating: nil, count: block.namespaceNames.count)
  }

  var isAtEnd: Bool { record == block.kinds.count }

  /// Appends a slice.
  ///
  /// - Throws: `.corrupt`, `.unavailable`, as `LineageIndex.append` says.
  mutating func append(
    to graph: inout IndexGraph, byteLimit: Int
  ) throws(StoreError) {
    guard graph.byteCount <= byteLimit else {
      throw StoreError(
        .unavailable,
        "the lineage index takes \(graph.byteCount) bytes for \(graph.count) records, and may take \(byteLimit)"
      )
    }
    for _ in 0..<min(Self.sliceSize, block.kinds.count - record) {
      try appendRecord(to: &graph)
    }
  }

  private mutating func appendRecord(to graph: inout IndexGraph) throws(StoreError) {
    let kind = block.kinds[record]
    edges.removeAll(keepingCapacity: true)
    for _ in 0..<block.counts[record] {
      let (target, member) = (block.targets[reference], block.members[reference])
      guard 0 <= target, target < graph.count else {
        throw StoreError(.corrupt, "record \(graph.count) refers to record \(target)")
      }
      guard member.kind == kind else {
        throw StoreError(
          .corrupt, "record \(graph.count) is of kind \(kind.name) and has a reference \(member)")
      }
      edges.append(
        IndexGraph.Edge(
          target: UInt32(target), label: try graph.number(of: label(member))))
      reference += 1
    }
    try graph.append(kind: kind, namespace: try namespace(in: &graph), edges: &edges)
    record += 1
  }

  private func label(_ member: ReferenceMember) -> EdgeLabel {
    let role = Int(block.roles[reference])
    return EdgeLabel(member: member, role: role < 0 ? nil : block.roleNames[role])
  }

  private mutating func namespace(in graph: inout IndexGraph) throws(StoreError) -> UInt32 {
    let position = Int(block.namespaces[record])
    if let known = namespaces[position] { return known }
    let number = try graph.number(ofNamespace: block.namespaceNames[position])
    namespaces[position] = number
    return number
  }
}
