import Records

extension RecordPool {
  /// The lineage of a record with all that stands beside it, and every record's body.
  ///
  /// - Parameters:
  ///   - query: one start, and what the walk follows; its direction is not looked at.
  ///   - direction: `both` walks up, then down.
  package func lineage(
    _ query: LineageQuery, _ direction: LineageGraph.Direction
  ) -> LineageGraph {
    var graph = LineageGraph(
      root: query.start.first ?? -1, direction: direction, at: query.size - 1)
    for way in [WalkDirection.up, .down] where direction.holds(way) {
      var query = query
      query.direction = way
      let answer = walk(query)
      let isSecond = !graph.nodes.isEmpty
      for position in answer.nodes.dropFirst(isSecond ? query.start.count : 0) {
        let distance = Int(way == .up ? -position.distance : position.distance)
        if let node = node(at: position.index, distance: distance) { graph.nodes.append(node) }
      }
      graph.edges += answer.edges
      graph.truncation.formUnion(answer.truncation)
    }
    addBeside(to: &graph, query)
    return graph
  }

  /// The whole lineage of a record, seen from every namespace that the pool holds.
  ///
  /// - Parameter size: the snapshot; nil: all records.
  package func lineage(
    of root: Int64, _ direction: LineageGraph.Direction, size: Int64? = nil
  ) -> LineageGraph {
    var query = LineageQuery(
      start: [root], direction: .up, size: size ?? (indices.last ?? -1) + 1, namespaces: namespaces)
    query.limits.nodes = .max
    query.limits.edges = .max
    return lineage(query, direction)
  }

  /// Walks as every engine does. A reference to a record that the pool lacks is one to a namespace that is
  /// not seen.
  package func walk(_ query: LineageQuery) -> LineageAnswer {
    var walk = LineageWalk<LineageEdge>(query)
    while !walk.frontier.isEmpty {
      for near in walk.frontier {
        for (far, edge) in steps(from: near, query) {
          let end = entries[far]?.statement
          walk.meet(
            near: near, far: far, kind: end?.kind ?? .note,
            isVisible: end.map { query.namespaces.contains($0.namespace) } ?? false, label: edge)
        }
      }
      walk.endLevel()
    }
    return walk.answer { ($0.member, $0.role) }
  }

  /// The edges that a query follows from a node, in the order that a walk wants.
  private func steps(
    from near: Int64, _ query: LineageQuery
  ) -> [(far: Int64, edge: LineageEdge)] {
    edges(at: near, query.direction).compactMap { edge in
      let far = query.direction == .up ? edge.to : edge.from
      guard far < query.size, query.members.contains(edge.member) else { return nil }
      if let role = edge.role, let roles = query.roles,
        !roles.contains(where: { $0.utf8.elementsEqual(role.utf8) })
      {
        return nil
      }
      return (far, edge)
    }.sorted { left, right in
      if left.far != right.far { return left.far < right.far }
      if left.edge.member != right.edge.member {
        return left.edge.member.rawValue < right.edge.member.rawValue
      }
      return (left.edge.role ?? "").utf8.lexicographicallyPrecedes((right.edge.role ?? "").utf8)
    }
  }

  private func addBeside(to graph: inout LineageGraph, _ query: LineageQuery) {
    var beside = BesideWalk(
      nodes: graph.nodes.map(\.index), direction: graph.direction, walked: query.members)
    while let step = beside.next() {
      beside.take(
        self.step(
          step, size: query.size, namespaces: query.namespaces, limitEach: step.limitEach))
    }
    if beside.isCut { graph.truncation.insert(.beside) }
    graph.associations = beside.edges
    graph.beside = beside.indices.compactMap { node(at: $0, distance: nil) }
  }

  /// Single steps from many nodes at once, as every engine takes them.
  package func step(
    _ step: BesideWalk.Step, size: Int64, namespaces: [String], limitEach: Int
  ) -> [LineageEdge] {
    let isUp = step.direction == .up
    return step.nodes.flatMap { node in
      let visible = edges(at: node, step.direction).filter { edge in
        let far = isUp ? edge.to : edge.from
        guard far < size, let end = entries[far]?.statement else { return false }
        return step.members.contains(edge.member) && namespaces.contains(end.namespace)
      }
      return step.members.members.flatMap { member in
        visible.filter { $0.member == member }.sorted { left, right in
          let (leftFar, rightFar) = isUp ? (left.to, right.to) : (left.from, right.from)
          if leftFar != rightFar { return leftFar > rightFar }
          return (left.role ?? "").utf8.lexicographicallyPrecedes((right.role ?? "").utf8)
        }.prefix(limitEach)
      }
    }
  }

  /// What is known of a record; nil where it is not there.
  package func node(at index: Int64, distance: Int?) -> LineageGraph.Node? {
    entries[index].map { entry in
      LineageGraph.Node(
        index: index, digest: entry.statement.digest, kind: entry.statement.kind,
        namespace: entry.statement.namespace, principal: entry.statement.principal,
        committedAt: entry.statement.committedAt, distance: distance,
        isErased: entry.record == nil, record: entry.record)
    }
  }
}

extension LineageGraph.Direction {
  fileprivate func holds(_ way: WalkDirection) -> Bool {
    self == .both || self == (way == .up ? .up : .down)
  }
}
