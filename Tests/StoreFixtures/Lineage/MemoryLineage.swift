package import Lineage
package import Records
package import Store

/// References in memory, walked in the plainest way: what every engine of lineage must answer like.
package struct MemoryLineage: LineageEngine, LineageFeed {
  package struct Node: Sendable {
    package let kind: Kind
    package let namespace: String
    /// In the order of the record.
    package let references: [LineageEdge]

    package init(kind: Kind, namespace: String, references: [LineageEdge]) {
      self.kind = kind
      self.namespace = namespace
      self.references = references
    }
  }

  /// By index.
  package private(set) var nodes: [Node] = []
  /// References to each.
  private var children: [[LineageEdge]] = []

  package init() {}

  package mutating func append(_ node: Node) {
    nodes.append(node)
    children.append([])
    for edge in node.references { children[Int(edge.to)].append(edge) }
  }

  package func walk(_ query: LineageQuery) async throws(StoreError) -> LineageAnswer {
    var walk = LineageWalk<LineageEdge>(query)
    while !walk.frontier.isEmpty {
      for near in walk.frontier {
        let steps = edges(of: near, query.direction, below: query.size).filter { edge in
          query.members.contains(edge.member)
            && edge.role.map { query.roles?.contains($0) ?? true } ?? true
        }
        for edge in steps.sorted(by: { Self.key($0, near) < Self.key($1, near) }) {
          let far = far(edge, from: near)
          walk.meet(
            near: near, far: far, kind: nodes[Int(far)].kind,
            isVisible: query.namespaces.contains(nodes[Int(far)].namespace), label: edge)
        }
      }
      walk.endLevel()
    }
    return walk.answer { ($0.member, $0.role) }
  }

  package func step(_ query: StepQuery) async throws(StoreError) -> [LineageEdge] {
    query.nodes.flatMap { near in
      let steps = edges(of: near, query.direction, below: query.size).filter {
        query.namespaces.contains(nodes[Int(far($0, from: near))].namespace)
      }
      return query.members.members.flatMap { member in
        steps.filter { $0.member == member }.sorted {
          (-far($0, from: near), $0.role ?? "") < (-far($1, from: near), $1.role ?? "")
        }.prefix(query.limitEach)
      }
    }
  }

  package func block(
    from index: Int64, below size: Int64, limit: Int
  ) async throws(StoreError) -> EdgeBlock {
    var block = EdgeBlock(firstIndex: index)
    for node in nodes[Int(index)..<Int(size)].prefix(limit) {
      block.append(kind: node.kind, namespace: node.namespace)
      for edge in node.references {
        block.append(target: edge.to, member: edge.member, role: edge.role)
      }
    }
    return block
  }

  private func edges(
    of near: Int64, _ direction: WalkDirection, below size: Int64
  ) -> [LineageEdge] {
    switch direction {
    case .up: nodes[Int(near)].references
    case .down: children[Int(near)].filter { $0.from < size }
    }
  }

  private func far(_ edge: LineageEdge, from near: Int64) -> Int64 {
    edge.from == near ? edge.to : edge.from
  }

  /// The order that a walk wants. Roles are ASCII, so that texts sort as their bytes.
  private static func key(_ edge: LineageEdge, _ near: Int64) -> (Int64, Int16, String) {
    (edge.from == near ? edge.to : edge.from, edge.member.rawValue, edge.role ?? "")
  }
}
