import Records

/// What stands beside a record, in the order in which a person asks: where it ran, what it is called, what
/// must be known of it.
struct BesideLine {
  let node: LineageGraph.Node
  let title: NodeTitle
  /// It stands beside an execution, which stands beside the record.
  let isInner: Bool

  /// What stands beside `index`.
  static func all(of index: Int64, in graph: GraphIndex) -> [BesideLine] {
    let edges =
      graph.associates(of: index).map { ($0, $0.to) }
      + graph.statements(about: index).map { ($0, $0.from) }
    return edges.compactMap { edge, end in
      guard let node = graph.node(end), node.distance == nil else { return nil }
      return BesideLine(
        node: node, title: NodeTitle(of: node, in: graph, beside: index), isInner: false)
    }
  }

  /// The ranks of an execution; whoever is called for other records gets none.
  func inner(in graph: GraphIndex) -> [BesideLine] {
    guard hasInner else { return [] }
    return graph.statements(about: node.index).compactMap { edge in
      guard edge.member == .rankExecution, let rank = graph.node(edge.from) else { return nil }
      return BesideLine(
        node: rank, title: NodeTitle(of: rank, in: graph, beside: node.index), isInner: true)
    }
  }

  var hasInner: Bool { node.kind == .execution }

  var isWarning: Bool { node.kind == .retraction || node.kind == .erasure }
}
