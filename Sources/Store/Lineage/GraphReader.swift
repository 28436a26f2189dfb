import Lineage
import Records
import StemmaCrypto

/// Reads of the graph in one snapshot, as seen from one namespace, for use cases that ask of many records at once.
///
/// It throws what its ports do.
struct GraphReader: Sendable {
  private let lineage: LineageService
  /// The namespace that asks, then those that it imports.
  let namespaces: [Namespace]
  /// Indices below it exist.
  let size: Int64

  /// Nodes of which single steps, or digests, are asked at once.
  private static let slice = 10_000

  /// - Parameter point: nil: now.
  init(
    _ lineage: LineageService, from namespace: Namespace, at point: SnapshotPoint?
  ) async throws(StoreError) {
    self.lineage = lineage
    namespaces = lineage.seen(from: namespace)
    size = try await lineage.snapshots.size(at: point)
  }

  /// Nil where nothing that may be seen has that digest.
  func index(of digest: Digest) async throws(StoreError) -> Int64? {
    try await lineage.lookup.index(of: digest, in: namespaces, below: size)
  }

  /// References that one walk may meet: bounds its memory to some hundreds of MB.
  private static let work = 4_000_000

  /// Everything that a walk along derivations meets, up to `work` references: the answer says where there were more.
  ///
  /// - Parameter start: ascending.
  func walk(
    _ start: [Int64], _ direction: WalkDirection
  ) async throws(StoreError) -> LineageAnswer {
    var query = LineageQuery(
      start: start, direction: direction, size: size, namespaces: namespaces.map(\.name))
    // One limit, so that what is listed has all its edges.
    query.limits.work = Self.work
    query.limits.nodes = .max
    query.limits.edges = .max
    return try await lineage.engine.walk(query)
  }

  /// All that a walk along derivations meets.
  ///
  /// - Throws: `.overloaded` with `refusal`, where that is more than `work` references.
  func wholeWalk(
    _ start: [Int64], _ direction: WalkDirection, orRefuse refusal: String
  ) async throws(StoreError) -> LineageAnswer {
    let answer = try await walk(start, direction)
    guard !answer.truncation.contains(.work) else { throw StoreError(.overloaded, refusal) }
    return answer
  }

  /// The newest references of `members` to or from each of `nodes`.
  func step(
    _ nodes: some Sequence<Int64>, _ direction: WalkDirection, _ members: [ReferenceMember],
    limitEach: Int = .max
  ) async throws(StoreError) -> [LineageEdge] {
    let nodes = nodes.sorted()
    var edges: [LineageEdge] = []
    for start in stride(from: 0, to: nodes.count, by: Self.slice) {
      edges += try await lineage.engine.step(
        StepQuery(
          nodes: Array(nodes[start..<min(start + Self.slice, nodes.count)]), direction: direction,
          size: size, namespaces: namespaces.map(\.name), members: MemberSet(members),
          limitEach: limitEach))
    }
    return edges
  }

  /// What the records of these indices are, by index, however long their bodies are.
  func nodes(
    _ indices: some Sequence<Int64>, withRecords: Bool
  ) async throws(StoreError) -> [Int64: LineageGraph.Node] {
    var found: [Int64: LineageGraph.Node] = [:]
    var rest = indices.sorted()[...]
    while let first = rest.first {
      let slice = Array(rest.prefix(withRecords ? LineageService.slice : Self.slice))
      let records = try await lineage.lookup.records(at: slice, withBodies: withRecords)
      guard let last = records.last else {
        throw StoreError(.corrupt, "record \(first) was found and is not there")
      }
      for record in records {
        found[record.index] = try LineageGraph.Node(record, distance: nil)
      }
      rest = rest.drop { $0 <= last.index }
    }
    return found
  }

  /// What the record of this index is.
  func node(_ index: Int64, withRecord: Bool) async throws(StoreError) -> LineageGraph.Node {
    guard let node = try await nodes([index], withRecords: withRecord)[index] else {
      throw StoreError(.corrupt, "record \(index) was found and is not there")
    }
    return node
  }
}
