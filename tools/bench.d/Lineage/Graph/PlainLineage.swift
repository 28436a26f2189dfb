import Records

/// Walks a graph in the plainest way: whole levels, nothing cut before the end. It is the floor of the benchmark,
/// and shares no code with the engines whose answers it checks.
struct PlainLineage {
  let graph: PipelineGraph
  /// For each node, where in `children` those that refer to it begin; ascending, and with derivations alone.
  private let childStarts: [Int]
  private let children: [UInt32]
  /// The distance of each node that this walk has met; -1 for all others between walks.
  private var distances: [Int32]

  init(_ graph: PipelineGraph) {
    self.graph = graph
    var starts = [Int](repeating: 0, count: graph.count + 1)
    for place in graph.targets.indices where graph.members[place].isDerivation {
      starts[Int(graph.targets[place]) + 1] += 1
    }
    for node in 0..<graph.count { starts[node + 1] += starts[node] }
    var next = starts
    var children = [UInt32](repeating: 0, count: starts[graph.count])
    for node in 0..<graph.count {
      for place in graph.references(of: node) where graph.members[place].isDerivation {
        children[next[Int(graph.targets[place])]] = UInt32(node)
        next[Int(graph.targets[place])] += 1
      }
    }
    childStarts = starts
    self.children = children
    distances = Array(repeating: -1, count: graph.count)
  }

  enum Direction: String, CaseIterable { case up, down }

  /// What is asked, in the words of the API.
  struct Query {
    var root: Int
    var direction: Direction
    /// The newest index that exists.
    var at: Int
    var depth: Int?
    /// Kinds that are listed; nil: all.
    var kinds: Set<Kind>?
    var limit = Int.max
  }

  /// Everything within `depth` of the root, with the root, nearest first; in no order within a level.
  ///
  /// - Parameter body: called with the nodes and the distance of each, in an array over all nodes.
  mutating func reach<Value>(
    _ query: Query, _ body: ([UInt32], [Int32]) -> Value
  ) -> Value {
    var found = [UInt32(query.root)]
    distances[query.root] = 0
    var next = 0
    var end = 1
    var distance: Int32 = 0
    while next < end, query.depth.map({ Int(distance) < $0 }) ?? true {
      distance += 1
      while next < end {
        visit(Int(found[next]), query, distance, &found)
        next += 1
      }
      end = found.count
    }
    let value = body(found, distances)
    for node in found { distances[Int(node)] = -1 }
    return value
  }

  @inline(__always)
  private mutating func visit(
    _ node: Int, _ query: Query, _ distance: Int32, _ found: inout [UInt32]
  ) {
    if query.direction == .up {
      for place in graph.references(of: node) where graph.members[place].isDerivation {
        meet(graph.targets[place], distance, &found)
      }
    } else {
      for place in childStarts[node]..<childStarts[node + 1] {
        guard Int(children[place]) <= query.at else { break }
        meet(children[place], distance, &found)
      }
    }
  }

  @inline(__always)
  private mutating func meet(_ node: UInt32, _ distance: Int32, _ found: inout [UInt32]) {
    guard distances[Int(node)] < 0 else { return }
    distances[Int(node)] = distance
    found.append(node)
  }

  /// Nodes in the closure of `root`.
  mutating func closure(of root: Int, _ direction: Direction, at: Int) -> Int {
    reach(Query(root: root, direction: direction, at: at)) { found, _ in found.count }
  }
}
