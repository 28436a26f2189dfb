package import Lineage
import Records

extension LineageService {
  /// What stands beside nodes and was not walked to.
  package struct Surroundings: Sendable {
    /// By index.
    package fileprivate(set) var nodes: [LineageGraph.Node] = []
    package fileprivate(set) var associations: [LineageEdge] = []
    /// There is more than is shown.
    package fileprivate(set) var isCut = false
  }

  /// Records beside a page.
  private static let maximumBeside = 10_000

  /// - Parameter shown: indices of other nodes that the client has already; they are not given again.
  package func surroundings(
    of nodes: [LineageGraph.Node], for request: LineageRequest, in outline: LineageOutline,
    shown: Set<Int64> = []
  ) async throws(StoreError) -> Surroundings {
    var beside = BesideWalk(
      nodes: nodes.lazy.map(\.index), direction: request.direction,
      walked: .derivations.union(request.crossed), places: outline.places.lazy.map(\.index))
    try await drive(&beside, in: outline)
    var found = Surroundings()
    found.associations = beside.edges
    found.isCut = beside.isCut
    let wanted = beside.indices.filter { !shown.contains($0) }
    try await fill(&found, with: wanted, withRecords: request.wantsRecords)
    if found.nodes.count < wanted.count {
      found.isCut = true
      let gone = Set(wanted[found.nodes.count...])
      found.associations.removeAll { gone.contains($0.from) || gone.contains($0.to) }
    }
    return found
  }

  /// Takes every step of a walk beside what `outline` lists.
  func drive(
    _ beside: inout BesideWalk, in outline: LineageOutline
  ) async throws(StoreError) {
    while let step = beside.next() {
      beside.take(
        try await engine.step(
          StepQuery(
            nodes: step.nodes, direction: step.direction, size: outline.size,
            namespaces: outline.namespaces, members: step.members, limitEach: step.limitEach)))
    }
  }

  /// Looks up what stands there, as far as there is room.
  private func fill(
    _ found: inout Surroundings, with wanted: [Int64], withRecords: Bool
  ) async throws(StoreError) {
    let places = wanted.prefix(Self.maximumBeside).map {
      LineageOutline.Place(index: $0, distance: nil)
    }
    var bytes = 0
    while found.nodes.count < places.count, bytes < Self.pageBytes {
      let slice = try await self.nodes(
        at: places[found.nodes.count...], withRecords: withRecords)
      found.nodes += slice.nodes
      bytes += slice.bytes
    }
  }
}
