import Records

extension LineageGraph {
  /// Pages that are put together at the most: what a graph with all its bodies may take of memory.
  package static let wholePages = 8

  /// Joins the page that follows: the same question, asked with `next`.
  ///
  /// What stands beside nodes of both pages is there once; a record that is beside a node of one page and a node of the
  /// other is a node, and what the walk found between nodes of both is no association.
  package mutating func append(_ page: LineageGraph) {
    nodes += page.nodes
    edges += page.edges
    let places = Set(nodes.map(\.index))
    var known = places
    beside = (beside + page.beside).filter { known.insert($0.index).inserted }
    var listed = Set(edges)
    associations = (associations + page.associations).filter { listed.insert($0).inserted }
    // The page before it ended for want of room; this one says whether the whole does.
    truncation.remove(.nodes)
    truncation.formUnion(page.truncation)
    next = page.next
  }
}
