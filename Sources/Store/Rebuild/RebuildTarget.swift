import Canonical
import Lineage
import Records
import StemmaCrypto

/// What the output of a leased item is to be of, as the graph says now: between the plan and the lease views were
/// rebuilt, models promoted, and more may have been retracted.
struct RebuildTarget: Sendable {
  /// Nil where nothing can be made.
  private(set) var view: Record?
  /// What must be committed with the output, in this order.
  private(set) var commitFirst: [Record] = []
  /// An output that is there already.
  private(set) var answer: Digest?
  /// An output of the view that loses its place, which the new one is held against.
  private(set) var predecessor: Digest?
  /// Nil where it was erased: nobody knows any more what to run.
  private(set) var context: JSONNode?
  private(set) var inputs: [RebuildJob.Input] = []
  /// Why nothing can be made.
  private(set) var impossible: String?

  private let graph: GraphReader
  private let service: RebuildService

  init(
    of item: RebuildItem, _ graph: GraphReader, _ service: RebuildService
  ) async throws(StoreError) {
    (self.graph, self.service) = (graph, service)
    guard let old = try await graph.index(of: item.view) else { return }
    // Somebody else's work may have come first; and what that made may be stale again.
    let last =
      item.goal == .sample
      ? old : try await SuccessionReader(graph: graph).table(of: [old]).last(from: old)
    let changes = try await service.changes(of: [last], graph)
    let known = try await service.rebuildGraph(of: [last], changes: changes, graph)
    if item.goal == .sample {
      if known.isStale(old) { impossible = "stale" } else { try await aim(at: old) }
    } else if last != old, !known.isStale(last) {
      try await aim(at: last)
      answer = try await newestOutput(of: last)
    } else {
      try await succeed(last, known)
    }
    if let view { try await read(view) }
  }

  private mutating func aim(at index: Int64) async throws(StoreError) {
    guard let body = try await graph.node(index, withRecord: true).record else { return }
    do throws(RecordErrors) { view = try Record(canonical: body.canonicalBytes()) } catch {
      throw StoreError(.corrupt, "record \(index) is no view: \(error)")
    }
  }

  private mutating func succeed(_ old: Int64, _ known: RebuildGraph) async throws(StoreError) {
    let node = try await graph.node(old, withRecord: true)
    let change = known.changes[old]
    guard known.isStale(old) else { return impossible = "not_stale" }
    guard known.staleness.retractions.of(old).isEmpty else { return impossible = "retracted" }
    if let change, change.leadsTo == nil { return impossible = "unresolvable" }
    let plan = known.plan(of: old)
    guard plan.unreplaced.isEmpty else { return impossible = "no_replacement" }
    guard plan.promotions.isEmpty else { return impossible = "waits_for_promotion" }
    guard plan.waitsFor.isEmpty else { return impossible = "waits_for_output" }
    guard
      let body = try change?.leadsTo.map({ record throws(StoreError) in try Self.body(record) })
        ?? node.record
    else { return }
    let reasons = known.staleness.reasons(of: old).retractions.map(\.retraction)
    let moves = change?.moves.map(\.index) ?? []
    let spoken = Set(plan.replaced.keys).union(plan.replaced.values).union(moves)
      .union(change.map { [$0.recipe] } ?? [])
    let digests = try await graph.nodes(spoken, withRecords: false).mapValues(\.digest)
    let replacing = Dictionary(
      plan.replaced.compactMap { from, to in
        digests[from].flatMap { from in digests[to].map { (from, $0) } }
      }
    ) { first, _ in first }
    let heir = try Self.heir(of: body, replacing: replacing)
    guard heir.digest != node.digest else { return impossible = "not_stale" }
    view = heir
    predecessor = try await newestOutput(of: old, untouched: false)
    let because = reasons.map(\.digest) + moves.compactMap { digests[$0] }
    let records = try Self.records(
      from: node.digest, heir, because: because, change,
      recipe: change.flatMap { digests[$0.recipe] })
    // A copy of a view that an imported namespace has would stand before that one, and have no outputs.
    for record in records where try await graph.index(of: record.digest) == nil {
      commitFirst.append(record)
    }
    // The same may have been asked before, by somebody who never heard of the old one.
    if let index = try await graph.index(of: heir.digest) {
      answer = try await newestOutput(of: index)
    }
  }

  /// The view, that it took the place, and where a recipe leads to it, that it does.
  private static func records(
    from old: Digest, _ heir: Record, because: [Digest], _ change: RecipeChange?, recipe: Digest?
  ) throws(StoreError) -> [Record] {
    func succession(from: Digest) throws(StoreError) -> Record {
      try sealed([
        "kind": "succession", "v": 1, "from": .string(from.description),
        "to": .string(heir.digest.description),
        "because": .array(Set(because).map(\.description).sorted().map(JSONValue.string)),
      ])
    }
    var records = [heir]
    if let resolved = change?.leadsTo, let recipe {
      let resolution = try sealed([
        "kind": "resolution", "v": 1, "recipe": .string(recipe.description),
        "view": .string(resolved.digest.description),
      ])
      // Where the recipe leads to what rests on something retracted, that is superseded at once.
      records +=
        resolved.digest == heir.digest
        ? [resolution] : [resolved, resolution, try succession(from: resolved.digest)]
    }
    return records + [try succession(from: old)]
  }

  private func newestOutput(
    of view: Int64, untouched: Bool = true
  ) async throws(StoreError) -> Digest? {
    let made = try await graph.step([view], .down, [.outputView], limitEach: untouched ? 100 : 1)
      .map(\.from)
    var fit = made.first
    if untouched, fit != nil {
      let staleness = try await service.rebuildGraph(of: made, changes: [], graph).staleness
      fit = made.first { !staleness.isTouched($0) }
    }
    guard let fit else { return nil }
    return try await graph.node(fit, withRecord: false).digest
  }

  /// What the view rests on, for the worker.
  private mutating func read(_ view: Record) async throws(StoreError) {
    for reference in view.references {
      guard let index = try await graph.index(of: reference.target) else {
        throw StoreError(.corrupt, "a reference of view \(view.digest) is not there")
      }
      let node = try await graph.node(index, withRecord: true)
      if node.kind == .context {
        context = node.record
        continue
      }
      let manifest = node.record?["manifest"]
      inputs.append(
        RebuildJob.Input(
          role: reference.role ?? "model", ref: reference.target, kind: node.kind,
          content: node.record?["content"] ?? manifest, isManifest: manifest != nil))
    }
  }

  private static func body(_ record: Record) throws(StoreError) -> JSONNode {
    do throws(JSONError) { return try JSONDocument(parsing: record.canonical).root } catch {
      throw StoreError(.corrupt, "record \(record.digest) is no JSON", cause: error)
    }
  }

  private static func heir(
    of body: JSONNode, replacing: [Digest: Digest]
  ) throws(StoreError) -> Record {
    do throws(RecordErrors) {
      return try ViewRecord.successor(of: body, replacing: replacing)
    } catch {
      throw StoreError(.corrupt, "a successor is no record: \(error)")
    }
  }

  /// A record that is made here: where it is refused, what it was made of was no record.
  static func sealed(_ json: JSONValue) throws(StoreError) -> Record {
    do throws(RecordErrors) { return try Record(canonical: json.canonicalBytes()) } catch {
      throw StoreError(.corrupt, "a record of a rebuild is refused: \(error)")
    }
  }
}
