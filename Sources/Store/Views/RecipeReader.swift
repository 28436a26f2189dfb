import Canonical
import Lineage
import Records
import StemmaCrypto

/// Recipes of a namespace, and what their names lead to in a snapshot.
///
/// Names are those of the recipe's own namespace: recipes of imported ones are that namespace's to follow.
struct RecipeReader: Sendable {
  let graph: GraphReader
  let records: any RecordReader

  private static let page = 1000

  /// What a recipe was the last time.
  private struct Resolved {
    let recipe: LineageGraph.Node
    let resolution: Int64
    /// The view that it was, and all that took the place one after the other since: where its names lead to any of these,
    /// the last of them is what it is.
    let line: [Int64]

    /// The view that has the place now.
    var holder: Int64 { line[line.count - 1] }
  }

  private var namespace: Namespace { graph.namespaces[0] }

  /// Every recipe that leads to another view than the one that it was the last time.
  func changes() async throws(StoreError) -> [RecipeChange] {
    try await changes(of: records.indices(of: .recipe, below: graph.size, in: namespace))
  }

  /// Those of the recipes whose view has, or had, its place from one of `views`.
  func changes(ofViews views: some Sequence<Int64>) async throws(StoreError) -> [RecipeChange] {
    let views = Set(views)
    let before = try await SuccessionReader(graph: graph).predecessors(of: views)
    let resolutions = try await graph.step(before, .down, [.resolutionView]).map(\.from)
    let recipes = try await graph.step(resolutions, .up, [.resolutionRecipe]).map(\.to)
    return try await changes(of: Set(recipes)).filter { views.contains($0.view) }
  }

  private func changes(of recipes: some Sequence<Int64>) async throws(StoreError) -> [RecipeChange]
  {
    let resolved = try await resolved(recipes)
    let views = try await graph.nodes(Set(resolved.flatMap(\.line)), withRecords: false)
    let names = resolved.flatMap { $0.recipe.record.map(ViewRecord.names(of:)) ?? [] }
    let moves = try await moves(of: Set(names), at: graph.size - 1)
    var changes: [RecipeChange] = []
    for one in resolved {
      guard let recipe = one.recipe.record else { continue }
      let right = Set(one.line.compactMap { views[$0]?.digest })
      var leadsTo: Record?
      if case .view(let record) = ViewRecord.resolve(recipe, moves.mapValues(\.target)) {
        leadsTo = record
      }
      if let leadsTo, right.contains(leadsTo.digest) { continue }
      let since = try await wrongSince(recipe, right, after: one.resolution)
      let moved = ViewRecord.names(of: recipe).compactMap { name in
        moves[name].flatMap {
          $0.index >= since ? RecipeChange.Move(name: name, index: $0.index) : nil
        }
      }
      changes.append(
        RecipeChange(
          recipe: one.recipe.index, resolution: one.resolution, view: one.holder, leadsTo: leadsTo,
          since: since, moves: moved))
    }
    return changes
  }

  private func resolved(_ recipes: some Sequence<Int64>) async throws(StoreError) -> [Resolved] {
    let resolutions = try await graph.step(recipes, .down, [.resolutionRecipe], limitEach: 1000)
    let views = Dictionary(
      try await graph.step(resolutions.map(\.from), .up, [.resolutionView]).map { ($0.from, $0.to) }
    ) { first, _ in first }
    let places = try await SuccessionReader(graph: graph).table(of: Set(views.values))
    let nodes = try await graph.nodes(Set(resolutions.map(\.to)), withRecords: true)
    // Nobody is to follow one that is retracted.
    let retractions = try await RetractionReader(graph: graph).of(nodes.keys)
    var found: [Resolved] = []
    for (recipe, edges) in Dictionary(grouping: resolutions, by: \.to) {
      guard let node = nodes[recipe], node.namespace.utf8.elementsEqual(namespace.name.utf8),
        retractions.of(recipe).isEmpty
      else { continue }
      let known = Dictionary(
        edges.compactMap { edge in views[edge.from].map { ($0, edge.from) } }
      ) { max($0, $1) }
      guard let newest = known.max(by: { $0.value < $1.value }) else { continue }
      // What it was again has its old resolution: the succession says that it is the newest.
      var (line, next) = ([Int64](), Optional(newest.key))
      while let place = next {
        if known[place] != nil { line = [] }
        line.append(place)
        next = places.current(from: place)?.to
      }
      found.append(
        Resolved(recipe: node, resolution: known[line[0]] ?? newest.value, line: line))
    }
    return found.sorted { $0.recipe.index < $1.recipe.index }
  }

  private struct Moved {
    let index: Int64
    let target: ViewRecord.Target
  }

  /// Where each of `names` pointed at `index`; those that pointed nowhere are left out.
  private func moves(
    of names: Set<String>, at index: Int64
  ) async throws(StoreError) -> [String: Moved] {
    var moves: [(name: String, index: Int64)] = []
    for name in names.sorted() {
      if let move = try await records.name(name, at: index, in: namespace) {
        moves.append((name, move.index))
      }
    }
    let targets = try await targets(of: moves.map(\.index))
    var found: [String: Moved] = [:]
    for move in moves {
      found[move.name] = targets[move.index].map { Moved(index: move.index, target: $0) }
    }
    return found
  }

  /// What moves of names lead to.
  private func targets(
    of moves: [Int64]
  ) async throws(StoreError) -> [Int64: ViewRecord.Target] {
    let edges = try await graph.step(Set(moves), .up, [.nameTarget])
    let nodes = try await graph.nodes(Set(edges.map(\.to)), withRecords: false)
    var found: [Int64: ViewRecord.Target] = [:]
    for edge in edges {
      found[edge.from] = nodes[edge.to].map {
        ViewRecord.Target(digest: $0.digest, kind: $0.kind)
      }
    }
    return found
  }

  /// The first move after the last time that the recipe led to one of `views`; the resolution itself where it never
  /// did since.
  private func wrongSince(
    _ recipe: JSONNode, _ views: Set<Digest>, after resolution: Int64
  ) async throws(StoreError) -> Int64 {
    let names = ViewRecord.names(of: recipe)
    var targets = try await moves(of: Set(names), at: resolution).mapValues(\.target)
    var later: [(index: Int64, name: String)] = []
    for name in names {
      var (after, hasMore) = (resolution, true)
      while hasMore {
        let page = try await records.history(
          of: name, after: after, limit: Self.page, in: namespace)
        later += page.items.filter { $0.index < graph.size }.map { ($0.index, name) }
        hasMore = page.hasMore && page.items.last.map { $0.index < graph.size } == true
        after = page.items.last?.index ?? after
      }
    }
    later.sort { $0.index < $1.index }
    let moved = try await self.targets(of: later.map(\.index))
    func isRight() -> Bool {
      guard case .view(let record) = ViewRecord.resolve(recipe, targets) else { return false }
      return views.contains(record.digest)
    }
    var since = isRight() ? nil : Optional(resolution)
    for move in later {
      targets[move.name] = moved[move.index]
      if isRight() { since = nil } else { since = since ?? move.index }
    }
    return since ?? resolution
  }
}
