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
  private let lineage: LineageService

  package init(lineage: LineageService) { self.lineage = lineage }

  /// Nil where nothing that may be seen from `namespace` has that digest at that point.
  package func impact(
    of digest: Digest, in namespace: Namespace, at point: SnapshotPoint?
  ) async throws(StoreError) -> Impact? {
    let graph = try await GraphReader(lineage, from: namespace, at: point)
    guard let root = try await graph.index(of: digest) else { return nil }
    let answer = try await graph.walk([root], .down)
    let tally = ImpactTally(answer)
    var impact = Impact(
      root: try await graph.node(root, withRecord: false), at: graph.size - 1)
    impact.root.distance = 0
    impact.truncation = answer.truncation
    impact.kinds = Kind.allCases.compactMap { kind in
      tally.kinds[kind].map { Impact.KindCount(kind: kind, count: $0) }
    }
    try await addViews(tally, graph, &impact)
    try await addDevices(tally, graph, &impact)
    try await addNames(answer.nodes.map(\.index), graph, &impact)
    return impact
  }

  private func addViews(
    _ tally: ImpactTally, _ graph: GraphReader, _ impact: inout Impact
  ) async throws(StoreError) {
    let largest = tally.largestViews(Self.maximumViews)
    let records = try await graph.nodes(largest, withRecords: true)
    for index in largest {
      guard let record = records[index] else { continue }
      impact.views.append(
        Impact.View(
          index: index, digest: record.digest,
          output: record.record?["output"]?["name"]?.text,
          outputs: tally.outputsOfViews[index] ?? 0))
    }
    impact.moreViews = tally.outputsOfViews.count - largest.count
  }

  private func addDevices(
    _ tally: ImpactTally, _ graph: GraphReader, _ impact: inout Impact
  ) async throws(StoreError) {
    var outputs: [Int64: [Int64]] = [:]
    for edge in try await graph.step(tally.outputs, .up, [.outputDevices]) {
      outputs[edge.to, default: []].append(edge.from)
    }
    var classes: [[UInt8]: (name: String?, share: JSONNode?, outputs: Set<Int64>)] = [:]
    for (index, node) in try await graph.nodes(outputs.keys, withRecords: true) {
      let device = node.record
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
    _ nodes: [Int64], _ graph: GraphReader, _ impact: inout Impact
  ) async throws(StoreError) {
    let each = Self.maximumMoves + 1
    let found = try await graph.step(nodes, .down, [.nameTarget], limitEach: each)
    var counts: [Int64: Int] = [:]
    for move in found { counts[move.to, default: 0] += 1 }
    // Older moves of that node are not looked at, and some may be current.
    if counts.values.contains(each) { impact.truncation.insert(.work) }
    let moves = found.map(\.from).sorted()
    // A move that another one follows is where the name was.
    let left = Set(try await graph.step(moves, .down, [.namePrevious], limitEach: 1).map(\.to))
    let current = moves.filter { !left.contains($0) }
    let listed = Array(current.suffix(Self.maximumNames))
    let records = try await graph.nodes(listed, withRecords: true)
    for index in listed.reversed() {
      guard let move = records[index]?.record, let name = move["name"]?.text,
        let target = move["target"]?.digest
      else { throw StoreError(.corrupt, "name record \(index) cannot be read") }
      impact.names.append(Impact.Name(name: name, target: target, index: index))
    }
    impact.moreNames = current.count - listed.count
  }
}
