import Canonical
package import Lineage
import Records

extension LineageService {
  /// Bodies of a page: it ends early where they reach this many bytes.
  static let pageBytes = 8 << 20
  /// Records that are looked up at once.
  package static let slice = 2000

  /// One page of an answer; nil where nothing that may be seen has that digest at that point.
  package func graph(of request: LineageRequest) async throws(StoreError) -> LineageGraph? {
    guard var outline = try await outline(of: request) else { return nil }
    var nodes: [LineageGraph.Node] = []
    var bytes = 0
    while nodes.count < outline.places.count, bytes < Self.pageBytes {
      let found = try await self.nodes(
        at: outline.places[nodes.count...], withRecords: request.wantsRecords)
      nodes += found.nodes
      bytes += found.bytes
    }
    if nodes.count < outline.places.count { outline.cut(to: nodes.count, for: request) }
    var graph = LineageGraph(root: outline.root, direction: outline.direction, at: outline.size - 1)
    graph.nodes = nodes
    graph.edges = outline.edges
    graph.truncation = outline.truncation
    graph.next = outline.next
    if request.wantsAssociations {
      let beside = try await surroundings(of: nodes, for: request, in: outline)
      graph.beside = beside.nodes
      graph.associations = beside.associations
      if beside.isCut { graph.truncation.insert(.beside) }
    }
    return graph
  }

  /// What the records at the first of `places` are: at least one, at most a slice, fewer where their bodies
  /// reach some MB. `bytes` is how long those are together.
  package func nodes(
    at places: ArraySlice<LineageOutline.Place>, withRecords: Bool
  ) async throws(StoreError) -> (nodes: [LineageGraph.Node], bytes: Int) {
    let slice = places.prefix(Self.slice)
    guard let first = slice.first else { return ([], 0) }
    // Ascending for the look-up, and back.
    let order = slice.indices.sorted { slice[$0].index < slice[$1].index }
    var found = [LocatedRecord?](repeating: nil, count: slice.count)
    let records = try await lookup.records(
      at: order.map { slice[$0].index }, withBodies: withRecords)
    for (place, record) in zip(order, records) where slice[place].index == record.index {
      found[place - slice.startIndex] = record
    }
    if found[0] == nil {
      // Bodies of smaller indices, which come later here, were all there was room for.
      found[0] = try await lookup.records(at: [first.index], withBodies: withRecords).first
    }
    var nodes: [LineageGraph.Node] = []
    nodes.reserveCapacity(slice.count)
    var bytes = 0
    for (place, record) in zip(slice, found) {
      guard let record else { break }
      nodes.append(try LineageGraph.Node(record, distance: place.distance))
      bytes += record.body?.count ?? 0
    }
    guard !nodes.isEmpty else {
      throw StoreError(.corrupt, "record \(first.index) was walked to and is not there")
    }
    return (nodes, bytes)
  }
}

extension LineageGraph.Node {
  init(_ record: LocatedRecord, distance: Int?) throws(StoreError) {
    let root: JSONNode?
    do throws(JSONError) {
      root = try record.body.map { body throws(JSONError) in try JSONDocument(parsing: body).root }
    } catch {
      throw StoreError(.corrupt, "the body of record \(record.index) is no JSON", cause: error)
    }
    self.init(
      index: record.index, digest: record.digest, kind: record.kind, namespace: record.namespace,
      principal: record.principal, committedAt: record.committedAt.description,
      distance: distance, isErased: record.isErased, record: root)
  }
}
