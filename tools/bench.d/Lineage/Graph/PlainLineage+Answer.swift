import Records

extension PlainLineage {
  /// What the API has to answer: all of it, or the first page.
  struct Answer: Equatable {
    var nodes: [Node]
    /// In no order.
    var edges: Set<Edge>
    /// Sorted.
    var truncatedBy: [String]
  }

  struct Node: Hashable {
    let distance: Int
    let index: Int
  }

  struct Edge: Hashable {
    let from: Int
    let to: Int
    let member: String
    let role: String?
  }

  /// Nearest first, then by index; the edges between what is listed.
  mutating func answer(_ query: Query) -> Answer {
    let all = reach(query) { found, distances in
      found.map { Node(distance: Int(distances[Int($0)]), index: Int($0)) }
    }
    let wanted = all.filter { node in
      node.index == query.root || query.kinds?.contains(graph.kinds[node.index]) ?? true
    }.sorted { ($0.distance, $0.index) < ($1.distance, $1.index) }
    let listed = Array(wanted.prefix(query.limit))
    var truncatedBy: [String] = []
    if listed.count < wanted.count {
      truncatedBy = ["nodes"]
    } else if let depth = query.depth {
      var deeper = query
      deeper.depth = depth + 1
      if reach(deeper, { found, _ in found.count }) > all.count { truncatedBy = ["depth"] }
    }
    return Answer(
      nodes: listed, edges: edges(among: Set(listed.map(\.index))), truncatedBy: truncatedBy)
  }

  private func edges(among listed: Set<Int>) -> Set<Edge> {
    var edges: Set<Edge> = []
    for node in listed {
      for place in graph.references(of: node)
      where graph.members[place].isDerivation && listed.contains(Int(graph.targets[place])) {
        edges.insert(
          Edge(
            from: node, to: Int(graph.targets[place]), member: graph.members[place].name,
            role: graph.roles[place].name))
      }
    }
    return edges
  }
}
