import Canonical
import Lineage
import Records
import StemmaCrypto

/// What views are worth: stale or not, since when and because of what, and how their outputs compare. All of it is
/// computed from the graph in a snapshot. It throws what its ports do.
package struct ViewService: Sendable {
  let lineage: LineageService
  let records: any RecordReader

  package init(lineage: LineageService, records: any RecordReader) {
    self.lineage = lineage
    self.records = records
  }

  /// The largest page in which views have their names: those need their bodies.
  package static let namedPage = 1000

  /// Views that are stale, by index, those after `after`.
  package func stale(
    in namespace: Namespace, at point: SnapshotPoint?, after: Int64 = -1, limit: Int
  ) async throws(StoreError) -> StaleReport {
    let graph = try await GraphReader(lineage, from: namespace, at: point)
    let standings = try await staleViews(graph)
    var report = StaleReport(at: graph.size - 1)
    report.total = standings.count
    let rest = standings.drop { $0.view <= after }
    let page = rest.prefix(limit)
    report.next = page.count < rest.count ? page.last?.view : nil
    let isNamed = limit <= Self.namedPage
    let views = try await graph.nodes(page.map(\.view), withRecords: isNamed)
    report.views = page.compactMap { standing in
      views[standing.view].map {
        StaleReport.View(
          index: $0.index, digest: $0.digest, output: $0.record?["output"]?["name"]?.text,
          standing: standing)
      }
    }
    report.digests = try await digests(page.flatMap(\.spokenOf), graph)
    return report
  }

  /// How every stale view stands, ascending.
  func staleViews(_ graph: GraphReader) async throws(StoreError) -> [ViewStanding] {
    let retractions = try await RetractionReader(graph: graph).all(records)
    let visible = retractions.subjects.filter { $0 < graph.size }
    var edges: [LineageEdge] = []
    if !visible.isEmpty {
      edges = try await graph.wholeWalk(
        visible, .down, orRefuse: "more rests on what is retracted than one answer can hold"
      ).edges
    }
    let staleness = Staleness(edges: edges, retractions: retractions)
    let changes = Dictionary(
      grouping: try await RecipeReader(graph: graph, records: records).changes(), by: \.view)
    let touched = Set(edges.lazy.filter { $0.member.kind == .view }.map(\.from))
    let views = touched.union(changes.keys)
    let successions = try await SuccessionReader(graph: graph).table(of: views)
    return views.sorted().compactMap { view in
      let standing = ViewStanding(
        of: view, staleness, successions: successions, changes: changes[view] ?? [])
      return standing.state == .stale ? standing : nil
    }
  }

  func digests(
    _ indices: some Sequence<Int64>, _ graph: GraphReader
  ) async throws(StoreError) -> [Int64: Digest] {
    try await graph.nodes(Set(indices), withRecords: false).mapValues(\.digest)
  }
}
