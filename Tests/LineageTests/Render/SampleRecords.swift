import Canonical
import Lineage
import Records
import StemmaCrypto

/// Records committed one after another, and the graph that a store would answer with.
struct SampleRecords {
  private(set) var nodes: [LineageGraph.Node] = []
  private var references: [(from: Int64, reference: Reference)] = []
  private var indices: [Digest: Int64] = [:]

  /// Commits a record and gives the text of its digest, for the members of later ones.
  mutating func add(_ kind: Kind, _ members: KeyValuePairs<String, JSONValue>) throws -> JSONValue {
    let value = JSONValue.object(
      [("kind", .string(kind.name)), ("v", 1)] + members.map { ($0.key, $0.value) })
    let record = try Record(canonical: value.canonicalBytes())
    let index = Int64(nodes.count)
    indices[record.digest] = index
    references += record.references.map { (index, $0) }
    nodes.append(
      LineageGraph.Node(
        index: index, digest: record.digest, kind: kind, namespace: "main", principal: "admin",
        committedAt: "2026-11-24T10:00:0\(index % 10).000000Z", distance: nil, isErased: false,
        record: try JSONDocument(parsing: record.canonical).root))
    return .string(record.digest.description)
  }

  /// Everything that the record with index `root` rests on, and what is beside it.
  func up(from root: Int64) -> LineageGraph { walk(from: [root: 0], step: -1, root: root, .up) }

  /// Everything that rests on it.
  func down(from root: Int64) -> LineageGraph { walk(from: [root: 0], step: 1, root: root, .down) }

  private func walk(
    from start: [Int64: Int], step: Int, root: Int64, _ direction: LineageGraph.Direction
  ) -> LineageGraph {
    let edges = references.compactMap { from, reference -> LineageEdge? in
      guard let to = indices[reference.target],
        let member = ReferenceMember(of: nodes[Int(from)].kind, pointer: reference.member)
      else { return nil }
      return LineageEdge(from: from, to: to, member: member, role: reference.role)
    }
    var distances = start
    var frontier = Array(start.keys)
    while let index = frontier.popLast() {
      for edge in edges where edge.member.isDerivation {
        let (near, far) = step < 0 ? (edge.from, edge.to) : (edge.to, edge.from)
        guard near == index, distances[far] == nil else { continue }
        distances[far] = (distances[index] ?? 0) + step
        frontier.append(far)
      }
    }
    var graph = LineageGraph(root: root, direction: direction, at: Int64(nodes.count) - 1)
    graph.nodes = nodes.filter { distances[$0.index] != nil }.map {
      var node = $0
      node.distance = distances[$0.index]
      return node
    }.sorted { (abs($0.distance ?? 0), $0.index) < (abs($1.distance ?? 0), $1.index) }
    graph.edges = edges.filter {
      $0.member.isDerivation && distances[$0.from] != nil && distances[$0.to] != nil
    }
    var beside: Set<Int64> = []
    // Twice: what is beside a node, and then what is beside an execution.
    for _ in 0..<3 {
      for edge in edges where !edge.member.isDerivation || distances[edge.from] == nil {
        let isBeside = { (index: Int64) in distances[index] != nil || beside.contains(index) }
        guard isBeside(edge.from) || isBeside(edge.to), !graph.associations.contains(edge) else {
          continue
        }
        graph.associations.append(edge)
        for end in [edge.from, edge.to] where distances[end] == nil { beside.insert(end) }
      }
    }
    graph.beside = nodes.filter { beside.contains($0.index) }
    return graph
  }
}
