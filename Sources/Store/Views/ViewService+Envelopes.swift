import Canonical
package import Judging
import Lineage
import Records
package import StemmaCrypto

extension ViewService {
  private static let maximumModelViews = 1000
  private static let outputsOfEach = 50

  /// What honest pairs of outputs have drifted by, of the model and output type of a view: by compute types, pair of device
  /// classes and libraries. They are computed in a snapshot, never stored: the index names their version.
  ///
  /// A pair is honest where both outputs and their view were committed by one principal (the owner ran it), and nothing
  /// disowns them; whatever the verdict was. A pair is known to be bad where one of the two was retracted itself.
  ///
  /// - Returns: nil where no view that may be seen has that digest at that point.
  package func envelopes(
    of digest: Digest, in namespace: Namespace, at point: SnapshotPoint?
  ) async throws(StoreError) -> [Calibration]? {
    let graph = try await GraphReader(lineage, from: namespace, at: point)
    guard let index = try await graph.index(of: digest) else { return nil }
    let view = try await graph.node(index, withRecord: true)
    guard view.kind == .view else { return nil }
    guard let type = view.record?["output"]?["type"]?.text.flatMap(OutputType.init(rawValue:))
    else {
      return []
    }
    let views = try await sameModel(as: view, type, graph)
    let pairs = try await judgedPairs(of: views, graph)
    let model = view.record?["model"]?.text ?? "none"
    var learners: [EnvelopeKey: EnvelopeLearner] = [:]
    for pair in pairs {
      guard let key = try await key(of: pair, type, model: model, graph) else { continue }
      learners[key, default: EnvelopeLearner()].add(
        statistics: pair.statistics, isHonest: pair.isHonest)
    }
    return learners.map { $0.value.calibration($0.key, at: Int(graph.size - 1)) }
      .sorted { $0.key < $1.key }
  }

  private struct JudgedPair {
    let outputs: [ViewOutput]
    let statistics: [String: Double]
    let isHonest: Bool
  }

  /// Views over the model of `view` with an output of that type; the newest. Without a model, of its context.
  private func sameModel(
    as view: LineageGraph.Node, _ type: OutputType, _ graph: GraphReader
  ) async throws(StoreError) -> [Int64: LineageGraph.Node] {
    let references = try await graph.step([view.index], .up, [.viewModel, .viewContext])
    guard
      let shared = references.first(where: { $0.member == .viewModel })
        ?? references.first(where: { $0.member == .viewContext })
    else { return [:] }
    let found = try await graph.step(
      [shared.to], .down, [shared.member], limitEach: Self.maximumModelViews)
    return try await graph.nodes(Set(found.map(\.from)), withRecords: true).filter {
      $0.value.record?["output"]?["type"]?.text == type.rawValue
    }
  }

  private func judgedPairs(
    of views: [Int64: LineageGraph.Node], _ graph: GraphReader
  ) async throws(StoreError) -> [JudgedPair] {
    let made = try await graph.step(
      views.keys, .down, [.outputView], limitEach: Self.outputsOfEach)
    let above = try await graph.walk(views.keys.sorted(), .up)
    let outputs = Dictionary(
      try await outputs(made, above, graph).map { ($0.node.index, $0) }
    ) { first, _ in first }
    let retracted = try await RetractionReader(graph: graph).of(outputs.keys)
    let viewOf = Dictionary(made.map { ($0.from, $0.to) }) { first, _ in first }
    return try await verdicts(on: outputs.keys, graph).compactMap { verdict in
      let indices = verdict.outputs.sorted()
      let both = indices.compactMap { outputs[$0] }
      guard both.count == 2, indices.count == 2, viewOf[indices[0]] == viewOf[indices[1]],
        let view = viewOf[indices[0]].flatMap({ views[$0] })
      else { return nil }
      let isBad = indices.contains { !retracted.of($0).isEmpty }
      let isOwned = both.allSatisfy { $0.node.principal == view.principal }
      guard isBad || isOwned && !both.contains(where: \.isDisowned) else { return nil }
      var statistics: [String: Double] = [:]
      for test in verdict.node.record?["tests"]?.elements.map(\.self) ?? [] {
        guard let name = test["name"]?.text, let value = test["statistic"]?.double else { continue }
        statistics[name] = value
      }
      return JudgedPair(outputs: both, statistics: statistics, isHonest: !isBad)
    }
  }

  /// Nil where a side does not say in what it was computed, or on what.
  private func key(
    of pair: JudgedPair, _ type: OutputType, model: String, _ graph: GraphReader
  ) async throws(StoreError) -> EnvelopeKey? {
    var dtypes: [ComputeType] = []
    var devices: [Declaration.Device] = []
    var libraries: Set<String> = []
    for output in pair.outputs {
      let named = output.node.record?["compute"]?["dtypes"]?.elements.compactMap(\.text) ?? []
      guard !named.isEmpty else { return nil }
      dtypes += named.map(ComputeType.init(named:))
      guard let device = output.deviceRecords.first,
        let declared = try? Declaration.Device(device)
      else { return nil }
      devices.append(declared)
      let parts = [device["driver"]?.text, device["runtime"]?.text].compactMap(\.self)
      libraries.insert(parts.joined(separator: "/"))
    }
    return EnvelopeKey(
      type: type, model: model, dtypes: dtypes, devices[0], devices[1],
      libraries: libraries.sorted().joined(separator: "+"))
  }
}
