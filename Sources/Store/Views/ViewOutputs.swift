import Canonical
package import Lineage
import Records

/// An output of a view, with what is known of how it was made and how it compares.
package struct ViewOutput: Sendable {
  package let node: LineageGraph.Node
  package let devices: DeviceGroup
  /// The devices' records, but those that were erased.
  let deviceRecords: [JSONNode]
  /// It or something it rests on was disowned: it is never given and nothing is judged against it.
  package let isDisowned: Bool
  let execution: Int64?
}

/// A verdict on outputs of views.
struct ViewVerdict: Sendable {
  let node: LineageGraph.Node
  /// Indices.
  let outputs: Set<Int64>

  var verdict: String { node.record?["verdict"]?.text ?? "erased" }
}

extension ViewService {
  /// Outputs of one view that are looked at: the newest.
  static let maximumOutputs = 10_000

  /// Outputs of `view`, ascending, at the most `maximumOutputs` of the newest.
  ///
  /// - Parameter above: a walk up from the view.
  func outputs(
    of view: Int64, _ above: LineageAnswer, _ graph: GraphReader
  ) async throws(StoreError) -> (outputs: [ViewOutput], isCut: Bool) {
    let made = try await graph.step(
      [view], .down, [.outputView], limitEach: Self.maximumOutputs + 1)
    let newest = made.prefix(Self.maximumOutputs)
    return (try await outputs(Array(newest), above, graph), made.count > newest.count)
  }

  /// What outputs are, ascending.
  ///
  /// - Parameters:
  ///   - made: their references to their views.
  ///   - above: a walk up from those.
  func outputs(
    _ made: [LineageEdge], _ above: LineageAnswer, _ graph: GraphReader
  ) async throws(StoreError) -> [ViewOutput] {
    let indices = made.map(\.from).sorted()
    let retractions = try await RetractionReader(graph: graph)
      .of(above.nodes.map(\.index) + indices)
    let staleness = Staleness(edges: above.edges + made, retractions: retractions)
    let references = Dictionary(
      grouping: try await graph.step(indices, .up, [.outputExecution, .outputDevices]), by: \.from)
    let devices = Set(
      references.values.joined().lazy.filter { $0.member == .outputDevices }.map(\.to))
    let nodes = try await graph.nodes(Set(indices).union(devices), withRecords: true)
    return indices.compactMap { index in
      guard let node = nodes[index] else { return nil }
      let edges = references[index] ?? []
      let used = edges.filter { $0.member == .outputDevices }.map { nodes[$0.to]?.record }
      return ViewOutput(
        node: node, devices: DeviceGroup(used),
        deviceRecords: used.compactMap(\.self),
        isDisowned: staleness.isDisowned(index),
        execution: edges.first { $0.member == .outputExecution }?.to)
    }
  }

  /// The newest verdict on each set of outputs of which `outputs` has all, in index order; none that is retracted.
  func verdicts(
    on outputs: some Sequence<Int64>, _ graph: GraphReader
  ) async throws(StoreError) -> [ViewVerdict] {
    let known = Set(outputs)
    var found = Set(try await graph.step(known, .down, [.verdictOutputs]).map(\.from))
    let retractions = try await RetractionReader(graph: graph).of(found)
    found.subtract(retractions.subjects)
    let judged = Dictionary(
      grouping: try await graph.step(found, .up, [.verdictOutputs]), by: \.from)
    var newest: [Set<Int64>: Int64] = [:]
    for (verdict, edges) in judged {
      let outputs = Set(edges.map(\.to))
      guard outputs.isSubset(of: known) else { continue }
      newest[outputs] = max(newest[outputs] ?? -1, verdict)
    }
    let nodes = try await graph.nodes(newest.values, withRecords: true)
    return newest.compactMap { outputs, index in
      nodes[index].map { ViewVerdict(node: $0, outputs: outputs) }
    }.sorted { $0.node.index < $1.node.index }
  }
}
