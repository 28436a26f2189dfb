import Canonical
import Lineage
import Records
package import StemmaCrypto

/// Rebuilds: planned from the graph, given out as leases, finished. It throws what its ports do.
package struct RebuildService: Sendable {
  package let storage: any RebuildStorage
  let lineage: LineageService
  let records: any RecordReader
  private let random: @Sendable (Int) -> [UInt8]

  /// - Parameter random: that many random bytes.
  package init(
    storage: any RebuildStorage, lineage: LineageService, records: any RecordReader,
    random: @escaping @Sendable (Int) -> [UInt8]
  ) {
    self.storage = storage
    self.lineage = lineage
    self.records = records
    self.random = random
  }

  package func newID() -> WorkID { WorkID(random: random(16)) }

  /// Plans, and stores the plan as a rebuild.
  package func create(
    _ selection: RebuildPlan.Selection, priority: Int32, by principal: String,
    in namespace: Namespace, now: Timestamp
  ) async throws(StoreError) -> (id: WorkID, plan: RebuildPlan) {
    let id = newID()
    let plan = try await plan(selection, as: id, in: namespace)
    guard plan.missing.isEmpty else { return (id, plan) }
    try await storage.create(
      Rebuild(
        id: id, what: selection.name, priority: priority, at: plan.at, createdBy: principal,
        createdAt: now), plan.items, in: namespace)
    return (id, plan)
  }

  package enum Finish: Sendable {
    case taken, lost
    /// The namespace sees no such output, or it is not one of what was leased.
    case unfit
  }

  /// Ends a lease with an output.
  package func finish(
    _ lease: WorkID, with output: Digest, in namespace: Namespace
  ) async throws(StoreError) -> Finish {
    guard let item = try await storage.item(under: lease, in: namespace) else { return .lost }
    let graph = try await graph(in: namespace)
    guard let index = try await graph.index(of: output) else { return .unfit }
    let node = try await graph.node(index, withRecord: true)
    guard node.kind == .output, let record = node.record, let view = item.viewTo,
      record["view"]?.digest == view,
      item.goal == .successor || record["sample"]?.text == item.id.description,
      try await isMade(index, on: item.deviceClass, graph)
    else { return .unfit }
    return try await storage.finish(lease, .done(output: output), in: namespace) ? .taken : .lost
  }

  /// Whether the output was made on that device class; nil: any will do.
  private func isMade(
    _ output: Int64, on deviceClass: String?, _ graph: GraphReader
  ) async throws(StoreError) -> Bool {
    guard let deviceClass else { return true }
    let devices = try await graph.step([output], .up, [.outputDevices]).map(\.to)
    let nodes = try await graph.nodes(Set(devices), withRecords: true)
    return DeviceGroup(nodes.values.map(\.record)).name.utf8.elementsEqual(deviceClass.utf8)
  }

  /// The graph of now.
  func graph(in namespace: Namespace) async throws(StoreError) -> GraphReader {
    try await GraphReader(lineage, from: namespace, at: nil)
  }

  func changes(
    of views: some Sequence<Int64>, _ graph: GraphReader
  ) async throws(StoreError) -> [RecipeChange] {
    try await RecipeReader(graph: graph, records: records).changes(ofViews: views)
  }

  /// What the successors of `views` are decided from.
  func rebuildGraph(
    of views: some Sequence<Int64>, changes: [RecipeChange], _ graph: GraphReader
  ) async throws(StoreError) -> RebuildGraph {
    try await RebuildGraphReader(graph: graph).graph(of: views, changes: changes)
  }
}
