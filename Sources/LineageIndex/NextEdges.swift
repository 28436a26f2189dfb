import Lineage
import Records

/// The edges of a level of a walk, read in slices: each slice is one short hold of the graph's lock, however
/// many edges a node has.
///
/// What was read stays as it is, since the graph only grows: the walk sees one snapshot, whatever is appended
/// between its slices.
struct NextEdges: Sendable {
  /// Edges of a slice: some 50 microseconds of the lock.
  private static let sliceSize = 4096

  private let filter: EdgeFilter
  private let direction: WalkDirection
  private let size: UInt32
  private var frontier: [Int64] = []
  /// The next node to open.
  private var position = 0
  /// The one that is read.
  private var near: UInt32 = 0
  /// What is left of its edges, on a walk up.
  private var edges = 0..<0
  /// The same on a walk down.
  private var children = ChildMerge()

  init(direction: WalkDirection, size: UInt32, filter: EdgeFilter) {
    self.direction = direction
    self.size = size
    self.filter = filter
  }

  /// Begins a level.
  mutating func open(_ frontier: [Int64]) {
    self.frontier = frontier
    position = 0
  }

  /// Adds the next edges to `slice`, in the order that a walk wants.
  ///
  /// - Returns: whether the level may have more.
  mutating func read(_ graph: borrowing IndexGraph, into slice: inout [NumberedEdge]) -> Bool {
    var left = Self.sliceSize
    while true {
      switch direction {
      case .up: left -= readUp(graph, limit: left, into: &slice)
      case .down: left -= readDown(graph, limit: left, into: &slice)
      }
      guard position < frontier.count else { return left == 0 }
      guard left > 0 else { return true }
      // Opening a node costs something, edges or not.
      left -= 1
      near = UInt32(truncatingIfNeeded: frontier[position])
      position += 1
      switch direction {
      case .up: edges = graph.edges(of: Int(near))
      case .down: children.open(Int(near), graph.children, below: size, filter)
      }
    }
  }

  private mutating func readUp(
    _ graph: borrowing IndexGraph, limit: Int, into slice: inout [NumberedEdge]
  ) -> Int {
    let end = min(edges.lowerBound + limit, edges.upperBound)
    for edge in edges.lowerBound..<end {
      let label = graph.label(of: edge)
      guard filter.follows(label: label) else { continue }
      let far = graph.target(of: edge)
      let node = graph.nodes[Int(far)]
      slice.append(
        NumberedEdge(
          near: near, far: far, label: label, kind: node.kind, isVisible: filter.sees(node)))
    }
    defer { edges = end..<edges.upperBound }
    return end - edges.lowerBound
  }

  private mutating func readDown(
    _ graph: borrowing IndexGraph, limit: Int, into slice: inout [NumberedEdge]
  ) -> Int {
    let near = near
    let filter = filter
    return children.read(graph.children, limit: limit) { far, label in
      guard filter.follows(label: label) else { return }
      let node = graph.nodes[Int(far)]
      slice.append(
        NumberedEdge(
          near: near, far: far, label: label, kind: node.kind, isVisible: filter.sees(node)))
    }
  }
}
