import Canonical
import Lineage
import Records
package import StemmaCrypto

extension ViewService {
  /// Nil where no view that may be seen from `namespace` has that digest at that point.
  package func report(
    on digest: Digest, in namespace: Namespace, at point: SnapshotPoint?
  ) async throws(StoreError) -> ViewReport? {
    guard let weighed = try await weigh(digest, in: namespace, at: point) else { return nil }
    return try await report(on: weighed)
  }

  func report(on weighed: Weighed) async throws(StoreError) -> ViewReport {
    let (found, outputs, verdicts) = (weighed.found, weighed.outputs, weighed.verdicts)
    let (graph, view) = (found.graph, found.view)
    var report = ViewReport(view: view, at: graph.size - 1, standing: found.standing)
    report.digests = try await digests(found.standing.spokenOf, graph)
    report.isCut = weighed.isCut
    report.outputs = outputs.count
    report.disowned = outputs.count { $0.isDisowned }
    report.classes = ViewTally.classes(outputs)
    report.comparisons = ViewTally.comparisons(verdicts, of: outputs)
    let judged = verdicts.reduce(into: Set<Int64>()) { $0.formUnion($1.outputs) }
    report.unjudged = outputs.count { !$0.isDisowned && !judged.contains($0.node.index) }
    let executions = Set(outputs.compactMap(\.execution))
    report.executions = executions.count
    report.incomplete = try await incomplete(executions, graph)
    report.family = try await family(of: view, graph)
    return report
  }

  /// A view with its outputs and what was said of them: what every answer about one is made of.
  struct Weighed {
    let found: Found
    let outputs: [ViewOutput]
    let isCut: Bool
    let verdicts: [ViewVerdict]
  }

  func weigh(
    _ digest: Digest, in namespace: Namespace, at point: SnapshotPoint?
  ) async throws(StoreError) -> Weighed? {
    guard let found = try await find(digest, in: namespace, at: point) else { return nil }
    let (outputs, isCut) = try await self.outputs(of: found.view.index, found.above, found.graph)
    let verdicts = try await verdicts(on: outputs.map(\.node.index), found.graph)
    return Weighed(found: found, outputs: outputs, isCut: isCut, verdicts: verdicts)
  }

  struct Found {
    let graph: GraphReader
    let view: LineageGraph.Node
    /// What it rests on.
    let above: LineageAnswer
    let standing: ViewStanding
  }

  /// A view, and how it stands.
  func find(
    _ digest: Digest, in namespace: Namespace, at point: SnapshotPoint?
  ) async throws(StoreError) -> Found? {
    let graph = try await GraphReader(lineage, from: namespace, at: point)
    guard let index = try await graph.index(of: digest) else { return nil }
    let view = try await graph.node(index, withRecord: true)
    guard view.kind == .view else { return nil }
    let above = try await graph.wholeWalk(
      [index], .up, orRefuse: "the view rests on more than one answer can hold")
    let retractions = try await RetractionReader(graph: graph)
      .of(above.nodes.map(\.index))
    let staleness = Staleness(edges: above.edges, retractions: retractions)
    let changes = try await RecipeReader(graph: graph, records: records)
      .changes(ofViews: [index])
    let standing = ViewStanding(
      of: index, staleness,
      successions: try await SuccessionReader(graph: graph).table(of: [index]),
      changes: changes)
    return Found(graph: graph, view: view, above: above, standing: standing)
  }

  /// Ranks that are looked at.
  private static let maximumRanks = 20_000

  /// Executions of whose gang not all ranks started, or not all that started ended; by index.
  private func incomplete(
    _ executions: Set<Int64>, _ graph: GraphReader
  ) async throws(StoreError) -> [ViewReport.Run] {
    let started = try await graph.step(executions, .down, [.rankExecution])
    let ranks = Set(started.map(\.from).sorted().suffix(Self.maximumRanks))
    let ended = Set(try await graph.step(ranks, .down, [.endedRank], limitEach: 1).map(\.to))
    let nodes = try await graph.nodes(executions.union(ranks), withRecords: true)
    // A rank that was tried again is one rank: it ended when one of its attempts did.
    var numbers: [Int64: (started: Set<Int64>, ended: Set<Int64>)] = [:]
    for edge in started {
      guard let number = nodes[edge.from]?.record?["rank"]?.integer else { continue }
      numbers[edge.to, default: ([], [])].started.insert(number)
      if ended.contains(edge.from) { numbers[edge.to]?.ended.insert(number) }
    }
    return executions.sorted().compactMap { index in
      guard let node = nodes[index], let size = node.record?["gang"]?["size"]?.integer else {
        return nil
      }
      let seen = numbers[index] ?? ([], [])
      guard seen.started.count < size || seen.ended.count < seen.started.count else { return nil }
      return ViewReport.Run(
        execution: node.digest, size: size, started: seen.started.count, ended: seen.ended.count)
    }
  }
}
