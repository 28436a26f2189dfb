import Lineage
import Records
import SeededRandom

/// A made-up graph, and the answers that a walk over it must give, worked out in the plainest way: whole
/// sets, level by level, nothing cut before the end.
struct PlainGraph {
  var edges: [LineageEdge] = []
  var kinds: [Kind] = []
  var namespaces: [String] = []

  /// `count` nodes, each resting on up to `fan` earlier ones.
  init(random count: Int, fan: Int, generator: inout SplitMix64) {
    let members: [ReferenceMember] = [.viewInputs, .viewModel, .outputView, .noteSubject]
    for index in 0..<count {
      kinds.append([.input, .view, .output, .note][Int.random(in: 0..<4, using: &generator)])
      namespaces.append(Int.random(in: 0..<8, using: &generator) == 0 ? "other" : "own")
      guard index > 0 else { continue }
      for _ in 0..<Int.random(in: 0...fan, using: &generator) {
        let member = members[Int.random(in: 0..<4, using: &generator)]
        let role = Bool.random(using: &generator) ? "a" : "b"
        let edge = LineageEdge(
          from: Int64(index), to: Int64.random(in: 0..<Int64(index), using: &generator),
          member: member, role: member == .viewInputs ? role : nil)
        if !edges.contains(edge) { edges.append(edge) }
      }
    }
  }

  /// The edges that `query` follows from `near`, in the order that a walk wants them in.
  func steps(from near: Int64, _ query: LineageQuery) -> [(far: Int64, edge: LineageEdge)] {
    edges.compactMap { edge in
      let (own, far) = query.direction == .up ? (edge.from, edge.to) : (edge.to, edge.from)
      guard own == near, far < query.size, query.members.contains(edge.member),
        edge.role.map({ query.roles?.contains($0) ?? true }) ?? true
      else { return nil }
      return (far, edge)
    }.sorted {
      ($0.far, $0.edge.member.rawValue, $0.edge.role ?? "")
        < ($1.far, $1.edge.member.rawValue, $1.edge.role ?? "")
    }
  }

  /// Everything in the closure with its distance, and all edges in it that were followed from a node that was not
  /// at the depth limit.
  func closure(_ query: LineageQuery) -> (distances: [Int64: Int32], edges: Set<LineageEdge>) {
    var distances: [Int64: Int32] = [:]
    for start in query.start { distances[start] = 0 }
    var level = query.start
    var distance: Int32 = 0
    while !level.isEmpty, query.depth.map({ Int(distance) < $0 }) ?? true {
      distance += 1
      var next: Set<Int64> = []
      for node in level {
        for (far, _) in steps(from: node, query) where distances[far] == nil {
          if query.namespaces.contains(namespaces[Int(far)]) { next.insert(far) }
        }
      }
      for node in next { distances[node] = distance }
      level = Array(next)
    }
    var followed: Set<LineageEdge> = []
    for node in distances.keys {
      for (far, edge) in steps(from: node, query) where distances[far] != nil {
        followed.insert(edge)
      }
    }
    return (distances, followed)
  }

  /// Drives a walk over this graph.
  func walk(_ query: LineageQuery) -> LineageAnswer {
    var walk = LineageWalk<LineageEdge>(query)
    while !walk.frontier.isEmpty {
      for node in walk.frontier {
        for (far, edge) in steps(from: node, query) {
          walk.meet(
            near: node, far: far, kind: kinds[Int(far)],
            isVisible: query.namespaces.contains(namespaces[Int(far)]), label: edge)
        }
      }
      walk.endLevel()
    }
    return walk.answer { ($0.member, $0.role) }
  }
}
