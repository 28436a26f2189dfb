import Canonical
import Lineage
import Records
import StemmaCrypto

extension RebuildService {
  /// Samples that one rebuild asks for at the most.
  package static let maximumSamples = 1000

  /// What a rebuild of `selection` would do now; nothing is stored.
  package func plan(
    _ selection: RebuildPlan.Selection, as id: WorkID, in namespace: Namespace
  ) async throws(StoreError) -> RebuildPlan {
    let graph = try await graph(in: namespace)
    let found = try await views(of: selection, graph)
    guard found.missing.isEmpty else {
      return RebuildPlan(at: graph.size - 1, items: [], expected: [], missing: found.missing)
    }
    // What the plan waits for may be stale by a recipe of its own.
    let changes = try await RecipeReader(graph: graph, records: records).changes()
    let known = try await rebuildGraph(
      of: Set(found.views).union(changes.map(\.view)), changes: changes, graph)
    var steps = Self.steps(selection, found.views, known)
    let executors = try await executors(of: steps, in: known, graph)
    for place in steps.indices where steps[place].state != .listed {
      if executors[steps[place].view] == nil {
        (steps[place].state, steps[place].reason) = (.listed, "no_executor")
      } else if steps[place].after.contains(where: { steps[$0].state == .listed }) {
        (steps[place].state, steps[place].reason) = (.listed, "waits_for_listed")
      }
    }
    let views = Set(steps.map(\.view))
    let past = try await PastRuns(of: views.sorted(), graph)
    let estimate = RunEstimate(past, executors: executors)
    let digests = try await graph.nodes(views, withRecords: false)
    var items: [RebuildItem] = []
    for (place, step) in steps.enumerated() {
      guard let view = digests[step.view]?.digest else {
        throw StoreError(.corrupt, "record \(step.view) was found and is not there")
      }
      items.append(
        RebuildItem(
          id: WorkID(deriving: "item \(place)", from: id), number: Int32(place), view: view,
          goal: step.goal, deviceClass: selection.deviceClass, executor: executors[step.view],
          after: step.state == .listed ? [] : step.after.map(Int32.init),
          expected: estimate.expected(of: step.view, on: selection.deviceClass),
          state: step.state, reason: step.reason))
    }
    return RebuildPlan(
      at: graph.size - 1, items: items,
      expected: estimate.totals(of: steps.filter { $0.state != .listed }.map(\.view)))
  }

  private static func steps(
    _ selection: RebuildPlan.Selection, _ views: [Int64], _ graph: RebuildGraph
  ) -> [RebuildPlanner.Step] {
    switch selection {
    case .stale, .views: return RebuildPlanner.plan(views, in: graph)
    case .samples, .untilDecided:
      return views.map { view in
        // More of what is disowned is worth nothing.
        graph.isStale(view)
          ? .init(view: view, goal: .sample, state: .listed, reason: "stale", after: [])
          : .init(view: view, goal: .sample, state: .ready, reason: nil, after: [])
      }
    }
  }

  /// The views that `selection` is about; one that more samples are wanted of, as often as they are.
  private func views(
    of selection: RebuildPlan.Selection, _ graph: GraphReader
  ) async throws(StoreError) -> (views: [Int64], missing: [Digest]) {
    switch selection {
    case .stale:
      let stale = try await ViewService(lineage: lineage, records: records).staleViews(graph)
      return (stale.map(\.view), [])
    case .views(let digests):
      var (views, missing): ([Int64], [Digest]) = ([], [])
      for digest in digests {
        if let index = try await view(digest, graph) {
          views.append(index)
        } else {
          missing.append(digest)
        }
      }
      return (views.sorted(), missing)
    case .samples(let digest, let count, _):
      guard let view = try await view(digest, graph) else { return ([], [digest]) }
      return (Array(repeating: view, count: count), [])
    case .untilDecided(let digest, _):
      guard let view = try await view(digest, graph) else { return ([], [digest]) }
      return (Array(repeating: view, count: try await samplesNeeded(view, graph)), [])
    }
  }

  private func view(
    _ digest: Digest, _ graph: GraphReader
  ) async throws(StoreError) -> Int64? {
    guard let index = try await graph.index(of: digest),
      try await graph.node(index, withRecord: false).kind == .view
    else { return nil }
    return index
  }

  /// What needs more outputs, of what a verdict may need: items, prompts or evidence do not grow with them.
  private static let sampled: Set<String> = ["samples", "seeds", "reference_runs"]

  /// What the newest verdict on a view's outputs needs; where there is none, what makes two outputs. Those that are
  /// disowned do not count, nor what was said of them.
  private func samplesNeeded(
    _ view: Int64, _ graph: GraphReader
  ) async throws(StoreError) -> Int {
    let views = ViewService(lineage: lineage, records: records)
    let above = try await graph.walk([view], .up)
    let outputs = try await views.outputs(of: view, above, graph).outputs
      .filter { !$0.isDisowned }.map(\.node.index)
    guard let newest = try await views.verdicts(on: outputs, graph).last else {
      return max(0, 2 - outputs.count)
    }
    let verdict = newest.node.record
    guard verdict?["verdict"]?.isText("inconclusive") == true,
      let unit = verdict?["need"]?["of"]?.text, Self.sampled.contains(unit)
    else { return 0 }
    return Int(min(verdict?["need"]?["count"]?.integer ?? 1, Int64(Self.maximumSamples)))
  }

  /// The executor that each view's context names, or that of the context that takes its place.
  private func executors(
    of steps: [RebuildPlanner.Step], in known: RebuildGraph, _ graph: GraphReader
  ) async throws(StoreError) -> [Int64: String] {
    var contexts: [Int64: Int64] = [:]
    let edges = try await graph.step(Set(steps.map(\.view)), .up, [.viewContext])
    for edge in edges { contexts[edge.from] = edge.to }
    for (view, change) in known.changes where contexts[view] != nil {
      guard let reference = change.leadsTo?.references.first(where: { $0.member == "/context" }),
        let index = try await graph.index(of: reference.target)
      else { continue }
      contexts[view] = index
    }
    for (view, context) in contexts {
      if case .by(let other) = known.replacements.replacement(of: context) {
        contexts[view] = other
      }
    }
    let nodes = try await graph.nodes(Set(contexts.values), withRecords: true)
    return contexts.compactMapValues { nodes[$0]?.record?["executor"]?.text }
  }
}
