import Records
package import StemmaCrypto

/// A graph with its nodes and references looked up quickly: what every renderer begins with.
package struct GraphIndex: Sendable {
  package let graph: LineageGraph
  private let places: [Int64: Place]
  private let digests: [Digest: Int64]
  private let outgoing: [Int64: [LineageEdge]]
  private let incoming: [Int64: [LineageEdge]]
  private let speaksOf: [Int64: [LineageEdge]]
  private let spokenOf: [Int64: [LineageEdge]]

  private enum Place {
    case node(Int)
    case beside(Int)
  }

  package init(_ graph: LineageGraph) {
    self.graph = graph
    var places: [Int64: Place] = [:]
    for (place, node) in graph.beside.enumerated() { places[node.index] = .beside(place) }
    for (place, node) in graph.nodes.enumerated() { places[node.index] = .node(place) }
    self.places = places
    digests = Dictionary(
      (graph.nodes + graph.beside).map { ($0.digest, $0.index) },
      uniquingKeysWith: { old, _ in old })
    outgoing = Dictionary(grouping: Self.inOrder(graph.edges, by: \.to), by: \.from)
    incoming = Dictionary(grouping: Self.inOrder(graph.edges, by: \.from), by: \.to)
    speaksOf = Dictionary(grouping: Self.inOrder(graph.associations, by: \.to), by: \.from)
    spokenOf = Dictionary(grouping: Self.inOrder(graph.associations, by: \.from), by: \.to)
  }

  /// The record with this index, in the walk or beside it.
  package func node(_ index: Int64) -> LineageGraph.Node? {
    switch places[index] {
    case .node(let place): graph.nodes[place]
    case .beside(let place): graph.beside[place]
    case nil: nil
    }
  }

  package func node(_ digest: Digest) -> LineageGraph.Node? { digests[digest].flatMap(node) }

  /// What `index` rests on: by member, then role, then index.
  package func above(_ index: Int64) -> [LineageEdge] { outgoing[index] ?? [] }

  /// What rests on `index`.
  package func below(_ index: Int64) -> [LineageEdge] { incoming[index] ?? [] }

  /// The other records that `index` names: its execution, its devices, …
  package func associates(of index: Int64) -> [LineageEdge] { speaksOf[index] ?? [] }

  /// The records that speak of `index`: its names, labels, verdicts, …
  package func statements(about index: Int64) -> [LineageEdge] { spokenOf[index] ?? [] }

  private static func inOrder(
    _ edges: [LineageEdge], by end: (LineageEdge) -> Int64
  ) -> [LineageEdge] {
    edges.sorted {
      if $0.member != $1.member { return $0.member.rawValue < $1.member.rawValue }
      let (left, right) = ($0.role ?? "", $1.role ?? "")
      guard left.utf8.elementsEqual(right.utf8) else {
        return left.utf8.lexicographicallyPrecedes(right.utf8)
      }
      return end($0) < end($1)
    }
  }
}
