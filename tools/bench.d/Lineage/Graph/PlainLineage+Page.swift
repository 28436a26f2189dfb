import Canonical

extension PlainLineage.Answer {
  /// Reads a page of the API's.
  /// - Throws: where it is not one, or has an edge twice.
  init(page: JSONNode, _ direction: PlainLineage.Direction) throws {
    let nodes = try page["nodes"]?.elements.map { node in
      guard let index = node["index"]?.integer, let distance = node["distance"]?.integer else {
        throw BenchError("not a node: \(String(decoding: node.canonicalBytes(), as: UTF8.self))")
      }
      // What is above the root has negative distances there.
      return PlainLineage.Node(
        distance: Int(direction == .up ? -distance : distance), index: Int(index))
    }
    let edges = try page["edges"]?.elements.map { edge in
      guard let from = edge["from"]?.integer, let to = edge["to"]?.integer,
        let member = edge["member"]?.text
      else {
        throw BenchError("not an edge: \(String(decoding: edge.canonicalBytes(), as: UTF8.self))")
      }
      return PlainLineage.Edge(
        from: Int(from), to: Int(to), member: member, role: edge["role"]?.text)
    }
    guard let nodes, let edges, let reasons = page["truncatedBy"]?.elements,
      Set(edges).count == edges.count
    else { throw BenchError("a page without nodes, edges or truncatedBy, or an edge twice") }
    self.init(nodes: nodes, edges: Set(edges), truncatedBy: reasons.compactMap(\.text))
  }

  /// What is wrong with this answer, in words; nil where nothing is.
  func difference(from expected: Self) -> String? {
    for (place, (found, wanted)) in zip(nodes, expected.nodes).enumerated() where found != wanted {
      return "node \(place) is \(found), not \(wanted)"
    }
    guard nodes.count == expected.nodes.count else {
      return "\(nodes.count) nodes, not \(expected.nodes.count)"
    }
    if let lacking = expected.edges.subtracting(edges).first { return "no \(lacking)" }
    if let surplus = edges.subtracting(expected.edges).first { return "also \(surplus)" }
    return truncatedBy == expected.truncatedBy
      ? nil : "truncated by \(truncatedBy), not \(expected.truncatedBy)"
  }
}
