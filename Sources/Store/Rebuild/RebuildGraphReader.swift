import Lineage
import Records

/// Reads a `RebuildGraph`: a few walks and steps over sets of records, however many views it is for.
struct RebuildGraphReader: Sendable {
  let graph: GraphReader

  /// Outputs of a view that are looked at for one that is not disowned: the newest.
  private static let outputsEach = 100

  /// What was read so far.
  private struct Seen {
    var known: Set<Int64> = []
    var edges: Set<LineageEdge> = []
    var kinds: [Int64: Kind] = [:]
    var madeBy: [Int64: Int64] = [:]
    var madeOf: [Int64: Set<Int64>] = [:]
    /// Views and outputs of which it is known what was made of them.
    var asked: Set<Int64> = []
  }

  /// - Parameter changes: of recipes whose view is one of `views`, at least.
  func graph(
    of views: some Sequence<Int64>, changes: [RecipeChange]
  ) async throws(StoreError) -> RebuildGraph {
    let views = Set(views)
    let changed = Dictionary(
      changes.filter { views.contains($0.view) }.map { ($0.view, $0) }
    ) { first, _ in first }
    var references: [Int64: [Int64]] = [:]
    for (view, change) in changed {
      for reference in change.leadsTo?.references ?? [] {
        guard let index = try await graph.index(of: reference.target) else { continue }
        references[view, default: []].append(index)
      }
    }
    var seen = Seen()
    var open = views.union(references.values.joined())
    while !open.isEmpty { open = try await extend(&seen, open) }
    for edge in seen.edges where edge.member.kind == .view && changed[edge.from] == nil {
      references[edge.from, default: []].append(edge.to)
    }
    let retractions = try await RetractionReader(graph: graph).of(seen.known)
    let staleness = Staleness(edges: Array(seen.edges), retractions: retractions)
    let successions = try await SuccessionReader(graph: graph).table(
      of: seen.kinds.lazy.filter { $0.value == .view }.map(\.key))
    var facts = Replacements.Facts(staleness: staleness)
    facts.successions = successions
    facts.kinds = seen.kinds
    facts.madeBy = seen.madeBy
    facts.madeOf = seen.madeOf.mapValues { $0.sorted(by: >) }
    return RebuildGraph(
      staleness: staleness, replacements: Replacements(facts), successions: successions,
      references: references, kinds: seen.kinds, changes: changed)
  }

  /// Reads what `open` rests on and what stands beside that; gives what this leads to and is not known.
  private func extend(_ seen: inout Seen, _ open: Set<Int64>) async throws(StoreError) -> Set<Int64>
  {
    let above = try await graph.wholeWalk(
      open.sorted(), .up, orRefuse: "the views rest on more than one plan can hold")
    take(above.edges, &seen)
    let fresh = open.union(above.nodes.lazy.map(\.index)).subtracting(seen.known)
    seen.known.formUnion(fresh)
    // What takes the place of something in it.
    let retractions = try await graph.step(fresh, .down, [.retractionSubject])
    let replacements = Set(
      try await graph.step(retractions.map(\.from), .up, [.retractionReplacement]).map(\.to))
    let views = fresh.filter { seen.kinds[$0] == .view }
    let places = try await SuccessionReader(graph: graph).table(of: views)
    let heirs = Set(places.superseded.map(places.last(from:)))
    // What a walk up does not show: outputs of those, and models promoted from them.
    let made = try await graph.step(
      heirs.union(replacements).subtracting(seen.asked), .down, [.outputView],
      limitEach: Self.outputsEach)
    take(made, &seen)
    let sources = replacements.union(made.map(\.from)).subtracting(seen.asked)
    let promoted = try await graph.step(
      sources, .down, [.modelPromotedFrom], limitEach: Self.outputsEach)
    take(promoted, &seen)
    seen.asked.formUnion(heirs.union(sources))
    return heirs.union(replacements).union(made.map(\.from)).union(promoted.map(\.from))
      .subtracting(seen.known)
  }

  private func take(_ edges: [LineageEdge], _ seen: inout Seen) {
    for edge in edges {
      seen.edges.insert(edge)
      seen.kinds[edge.from] = edge.member.kind
      guard edge.member == .outputView || edge.member == .modelPromotedFrom else { continue }
      seen.madeBy[edge.from] = edge.to
      seen.madeOf[edge.to, default: []].insert(edge.from)
    }
  }
}
