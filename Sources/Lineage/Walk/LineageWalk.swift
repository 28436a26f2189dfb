package import Records

/// A breadth-first walk as a state machine. Whoever has edges drives it:
///
///     while !walk.frontier.isEmpty {
///       for each node of walk.frontier, for each of its edges that the query follows: walk.meet(…)
///       walk.endLevel()
///     }
///
/// Edges must come in the order of the frontier, and those of one node by far end, then member number,
/// then role bytes: then every engine gives the same answer, cut at the same place. The engine leaves out edges
/// whose member or role the query does not follow, and those to indices from `query.size` on. It may end a
/// level early once `isExhausted`.
///
/// `Label` is how the engine names member and role of an edge.
package struct LineageWalk<Label: Sendable>: Sendable {
  package struct Edge: Sendable {
    package let near: Int64
    package let far: Int64
    package let label: Label
  }

  /// The nodes to expand next, ascending; empty at the end.
  package private(set) var frontier: [Int64]
  /// As much was met as the query allows.
  package private(set) var isExhausted = false
  package private(set) var nodes: [WalkPosition] = []
  package private(set) var edges: [Edge] = []
  package private(set) var truncation: Truncation = []

  private let query: LineageQuery
  private var seen = VisitTable()
  private var found: [Int64] = []
  private var met: [Edge] = []
  private var work = 0
  private var distance: Int32 = 0
  /// The frontier is expanded only for edges among what is listed, and to see whether there is more.
  private var isLast = false
  /// The last node that is listed, where a limit cut the answer.
  private var cut: WalkPosition?

  package init(_ query: LineageQuery) {
    self.query = query
    frontier = []
    for index in query.start where seen.insert(index, distance: 0, isListed: true) {
      found.append(index)
    }
    listFound()
  }

  /// Takes an edge of the frontier.
  ///
  /// - Parameters:
  ///   - near: the node of the frontier.
  ///   - kind: of the far end.
  ///   - isVisible: whether the far end's namespace is one of the query's.
  @inline(__always)
  package mutating func meet(
    near: Int64, far: Int64, kind: Kind, isVisible: Bool, label: Label
  ) {
    // First of all, and it costs nothing: nobody learns how much lies where they cannot see.
    guard isVisible else {
      if query.direction == .up { truncation.insert(.namespace) }
      return
    }
    guard work < query.limits.work else {
      isExhausted = true
      return
    }
    work += 1
    if isLast {
      if seen[far] == nil {
        if cut == nil { truncation.insert(.depth) }
        return
      }
    } else if seen.insert(
      far, distance: distance + 1, isListed: query.kinds.contains(kind))
    {
      found.append(far)
    }
    // Once one is left out, all that follow are.
    if !truncation.contains(.edges) { met.append(Edge(near: near, far: far, label: label)) }
  }

  /// Ends the level: lists what was found, and says in `frontier` how it goes on.
  package mutating func endLevel() {
    if isLast {
      frontier = []
    } else {
      distance += 1
      found.sort()
      listFound()
    }
    if isExhausted {
      truncation.insert(.work)
      frontier = []
    }
    listMet()
  }

  private mutating func listFound() {
    var walked = found.count
    for (place, index) in found.enumerated() where seen[index]?.isListed == true {
      let position = WalkPosition(distance: distance, index: index)
      if let after = query.after, position <= after { continue }
      if nodes.count == query.limits.nodes {
        truncation.insert(.nodes)
        cut = nodes.last ?? query.after ?? WalkPosition(distance: 0, index: -1)
        walked = place
        break
      }
      nodes.append(position)
    }
    isLast = cut != nil || query.depth.map { Int(distance) >= $0 } ?? false
    frontier = Array(found[..<walked])
    found.removeAll(keepingCapacity: true)
  }

  /// Lists the edges of this level whose ends are both listed by now, the later one on this page.
  private mutating func listMet() {
    for edge in met {
      guard let near = listed(edge.near), let far = listed(edge.far) else { continue }
      if let after = query.after, max(near, far) <= after { continue }
      guard edges.count < query.limits.edges else {
        truncation.insert(.edges)
        break
      }
      edges.append(edge)
    }
    met.removeAll(keepingCapacity: true)
  }

  private func listed(_ index: Int64) -> WalkPosition? {
    guard let (distance, isListed) = seen[index], isListed else { return nil }
    let position = WalkPosition(distance: distance, index: index)
    if let cut, position > cut { return nil }
    return position
  }
}

extension LineageWalk {
  /// The answer, once the frontier is empty.
  package func answer(
    _ label: (Label) -> (member: ReferenceMember, role: String?)
  ) -> LineageAnswer {
    let isUp = query.direction == .up
    return LineageAnswer(
      nodes: nodes,
      edges: edges.map { edge in
        let (member, role) = label(edge.label)
        return LineageEdge(
          from: isUp ? edge.near : edge.far, to: isUp ? edge.far : edge.near, member: member,
          role: role)
      },
      truncation: truncation)
  }
}
