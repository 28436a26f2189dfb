package import Lineage

extension LineageService {
  /// All pages of an answer in one, up to a bound that is said in its truncation; nil where nothing that may be seen
  /// has that digest at that point.
  package func whole(of request: LineageRequest) async throws(StoreError) -> LineageGraph? {
    var request = request
    request.limit = Self.largePage
    guard var graph = try await graph(of: request) else { return nil }
    let admission = graph.next == nil ? nil : try largeWalks.admit()
    defer { withExtendedLifetime(admission) {} }
    for _ in 1..<LineageGraph.wholePages {
      guard let next = graph.next, let cursor = LineageCursor(parsing: next, for: request) else {
        return graph
      }
      request.after = cursor
      guard let page = try await self.graph(of: request) else { return graph }
      graph.append(page)
    }
    return graph
  }
}
