import Canonical
import Judging
import Lineage
import Records

extension ViewService {
  /// Views of a family that are looked at, and outputs of each: the newest.
  private static let maximumFamily = 1000
  private static let outputsEach = 20

  /// What views say that differ from `view` only in their inputs.
  func family(
    of view: LineageGraph.Node, _ graph: GraphReader
  ) async throws(StoreError) -> ViewReport.Family {
    var family = ViewReport.Family()
    let key = Self.familyKey(view)
    let references = try await graph.step([view.index], .up, [.viewContext, .viewModel])
    guard let context = references.first(where: { $0.member == .viewContext }) else {
      return family
    }
    let shared = references.first { $0.member == .viewModel } ?? context
    let found = try await graph.step(
      [shared.to], .down, [shared.member], limitEach: Self.maximumFamily + 1
    ).map(\.from).filter { $0 != view.index }
    family.isCut = found.count > Self.maximumFamily
    let nodes = try await graph.nodes(found.prefix(Self.maximumFamily), withRecords: true)
    let views = Set(nodes.values.filter { Self.familyKey($0) == key }.map(\.index))
    family.views = views.count
    try await replay(views, &family, graph)
    return family
  }

  /// All of a view but its inputs.
  private static func familyKey(_ view: LineageGraph.Node) -> [UInt8]? {
    view.record.map { record in
      JSONValue.object(
        record.members.filter { !$0.key.isText("inputs") }.map {
          ($0.key.text ?? "", JSONValue($0.value))
        }
      ).canonicalBytes()
    }
  }

  private func replay(
    _ views: Set<Int64>, _ family: inout ViewReport.Family, _ graph: GraphReader
  ) async throws(StoreError) {
    let made = try await graph.step(views, .down, [.outputView], limitEach: Self.outputsEach)
    let above = try await graph.walk(views.sorted(), .up)
    let outputs = try await outputs(made, above, graph)
    let classes = ViewTally.classes(of: outputs)
    let viewOf = Dictionary(made.map { ($0.from, $0.to) }) { first, _ in first }
    var seen: [Int64: [ViewReport.Pair: Set<String>]] = [:]
    for verdict in try await verdicts(on: outputs.map(\.node.index), graph) {
      guard let output = verdict.outputs.first, let view = viewOf[output] else { continue }
      for pair in ViewTally.pairs(of: verdict, classes) {
        seen[view, default: [:]][pair, default: []].insert(verdict.verdict)
      }
    }
    // A view counts once for a pair, however often it was computed there: those of one view are no independent trials.
    for (pair, verdicts) in seen.values.joined() {
      let known = verdicts.compactMap(Verdict.init(rawValue:))
      if known.contains(.divergent) {
        family.replayed[pair, default: (0, 0)].divergent += 1
      } else if known.contains(where: \.isAcceptable) {
        family.replayed[pair, default: (0, 0)].equivalent += 1
      }
    }
  }
}
