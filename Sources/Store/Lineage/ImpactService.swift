import Canonical
package import Lineage
import Records
package import StemmaCrypto

/// What rests on a record: the use case over a lineage engine. It throws what its ports do.
package struct ImpactService: Sendable {
  private static let maximumViews = 100
  private static let maximumNames = 100
  /// Moves of names to one record that are looked at: the newest.
  static let maximumMoves = 100
  /// Nodes of which single steps are asked at once.
  private static let slice = 10_000
  /// References that are met at the most: bounds the memory of an answer to some hundreds of MB.
  private static let work = 4_000_000

  private let lineage: LineageService

  package init(lineage: LineageService) { self.lineage = lineage }

  /// Nil where nothing that may be seen from `namespace` has that digest at that point.
  package func impact(
    of digest: Digest, in namespace: Namespace, at point: SnapshotPoint?
  ) async throws(StoreError) -> Impact? {
    let size = try await lineage.snapshots.size(at: point)
    let namespaces = lineage.seen(from: namespace)
    guard let root = try await lineage.lookup.index(of: digest, in: namespaces, below: size) else {
      return nil
    }
    var query = LineageQuery(
      start: [root], direction: .down, size: size, namespaces: namespaces.map(\.name))
    // One limit, so that what is counted has all its edges.
    query.limits.work = Self.work
    query.limits.nodes = .max
    query.limits.edges = .max
    let answer = try await lineage.engine.walk(query)
    let tally = ImpactTally(answer)
    guard let located = try await records([root], withBodies: false)[root] else {
      throw StoreError(.corrupt, "record \(root) was found and is not there")
    }
    var impact = Impact(root: try LineageGraph.Node(located, distance: 0), at: size - 1)
    impact.truncation = answer.truncation
    impact.kinds = Kind.allCases.compactMap { kind in
      tally.kinds[kind].map { Impact.KindCount(kind: kind, count: $0) }
    }
    try await addViews(tally, &impact)
    try await addDevices(tally, query, &impact)
    try await addNames(answer.nodes.map(\.index).sorted(), query, &impact)
    return impact
  }

  private func addViews(_ tally: ImpactTally, _ impact: inout Impact) async throws(StoreError) {
    let largest = tally.largestViews(Self.maximumViews)
    let records = try await records(largest.sorted(), withBodies: true)
    for index in largest {
      guard let record = records[index] else { continue }
      impact.views.append(
        Impact.View(
          index: index, digest: record.digest,
          output: try body(of: record)?["output"]?["name"]?.text,
          outputs: tally.outputsOfViews[index] ?? 0))
    }
    impact.moreViews = tally.outputsOfViews.count - largest.count
  }

  private func addDevices(
    _ tally: ImpactTally, _ query: LineageQuery, _ impact: inout Impact
  ) async throws(StoreError) {
    var outputs: [Int64: [Int64]] = [:]
    for edge in try await steps(tally.outputs, .up, [.outputDevices], query, limitEach: .max) {
      outputs[edge.to, default: []].append(edge.from)
    }
    var classes: [[UInt8]: (name: String?, share: JSONNode?, outputs: Set<Int64>)] = [:]
    for (index, record) in try await records(outputs.keys.sorted(), withBodies: true) {
      let device = try body(of: record)
      let (name, share) = (device?["class"]?.text, device?["share"])
      let key = Array((name ?? "").utf8) + [0] + (share?.canonicalBytes() ?? [])
      classes[key, default: (name, share, [])].outputs.formUnion(outputs[index] ?? [])
    }
    impact.devices = classes.sorted {
      $0.value.outputs.count != $1.value.outputs.count
        ? $0.value.outputs.count > $1.value.outputs.count
        : $0.key.lexicographicallyPrecedes($1.key)
    }.map { Impact.DeviceClass(name: $1.name, share: $1.share, outputs: $1.outputs.count) }
  }

  private func addNames(
    _ nodes: [Int64], _ query: LineageQuery, _ impact: inout Impact
  ) async throws(StoreError) {
    let each = Self.maximumMoves + 1
    let found = try await steps(nodes, .down, [.nameTarget], query, limitEach: each)
    var counts: [Int64: Int] = [:]
    for move in found { counts[move.to, default: 0] += 1 }
    // Older moves of that node are not looked at, and some may be current.
    if counts.values.contains(each) { impact.truncation.insert(.work) }
    let moves = found.map(\.from).sorted()
    // A move that another one follows is where the name was.
    let left = Set(try await steps(moves, .down, [.namePrevious], query, limitEach: 1).map(\.to))
    let current = moves.filter { !left.contains($0) }
    let listed = Array(current.suffix(Self.maximumNames))
    let records = try await records(listed, withBodies: true)
    for index in listed.reversed() {
      guard let move = try records[index].flatMap(body(of:)), let name = move["name"]?.text,
        let target = move["target"]?.digest
      else { throw StoreError(.corrupt, "name record \(index) cannot be read") }
      impact.names.append(Impact.Name(name: name, target: target, index: index))
    }
    impact.moreNames = current.count - listed.count
  }

  /// The newest references of `members` to or from each of `nodes`, which are ascending.
  private func steps(
    _ nodes: [Int64], _ direction: WalkDirection, _ members: [ReferenceMember],
    _ query: LineageQuery, limitEach: Int
  ) async throws(StoreError) -> [LineageEdge] {
    var edges: [LineageEdge] = []
    for start in stride(from: 0, to: nodes.count, by: Self.slice) {
      edges += try await lineage.engine.step(
        StepQuery(
          nodes: Array(nodes[start..<min(start + Self.slice, nodes.count)]), direction: direction,
          size: query.size, namespaces: query.namespaces, members: MemberSet(members),
          limitEach: limitEach))
    }
    return edges
  }

  /// The records of these indices, which are ascending, however long their bodies are.
  private func records(
    _ indices: [Int64], withBodies: Bool
  ) async throws(StoreError) -> [Int64: LocatedRecord] {
    var found: [Int64: LocatedRecord] = [:]
    var rest = indices[...]
    while !rest.isEmpty {
      let slice = Array(rest.prefix(LineageService.slice))
      let records = try await lineage.lookup.records(at: slice, withBodies: withBodies)
      guard let last = records.last else {
        throw StoreError(.corrupt, "record \(slice[0]) was found and is not there")
      }
      for record in records { found[record.index] = record }
      rest = rest.drop { $0 <= last.index }
    }
    return found
  }

  private func body(of record: LocatedRecord) throws(StoreError) -> JSONNode? {
    try LineageGraph.Node(record, distance: nil).record
  }
}
