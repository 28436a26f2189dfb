import Canonical
import Records
import StemmaCrypto
import Testing

@testable import Lineage

/// What takes the place of a reference, over small graphs of indices.
@Suite struct ReplacementsTests {
  /// Inputs 1 and 2; view 3 over 1 with output 4, a model 5 promoted from it.
  private func facts(_ retractions: Retraction...) -> Replacements.Facts {
    var facts = Replacements.Facts(
      staleness: Staleness(
        edges: edges(.viewInputs, (3, 1), (13, 2)) + edges(.outputView, (4, 3), (14, 13))
          + edges(.modelPromotedFrom, (5, 4), (15, 14)),
        retractions: StandingRetractions(retractions)))
    facts.kinds = [1: .input, 2: .input, 3: .view, 4: .output, 5: .model]
    facts.madeBy = [4: 3, 5: 4]
    facts.madeOf = [3: [4], 4: [5]]
    return facts
  }

  /// View 13 over input 2 took the place of 3.
  private func withHeir(_ facts: Replacements.Facts, outputs: [Int64], models: [Int64] = [])
    -> Replacements.Facts
  {
    var facts = facts
    facts.successions = SuccessionTable([Succession(index: 30, from: 3, to: 13)])
    facts.kinds.merge([13: .view, 14: .output, 15: .model, 16: .output]) { first, _ in first }
    facts.madeOf[13] = outputs
    facts.madeOf[14] = models
    facts.madeBy[14] = 13
    return facts
  }

  @Test func whatIsUntouchedIsKept() {
    #expect(Replacements(facts()).replacement(of: 4) == .kept)
  }

  @Test func aReplacementIsFollowed() {
    let all = facts(retraction(20, of: 1, replacement: 2))
    #expect(Replacements(all).replacement(of: 1) == .by(2))
    let none = retraction(20, of: 1)
    #expect(Replacements(facts(none)).replacement(of: 1) == .none(none))
  }

  @Test func twoThatReplaceEachOtherReplaceNothing() {
    let found = Replacements(
      facts(retraction(20, of: 1, replacement: 2), retraction(21, of: 2, replacement: 1))
    ).replacement(of: 1)
    guard case .none = found else { return #expect(Bool(false), "\(found)") }
  }

  @Test func anOutputWaitsUntilItsViewsHeirHasOne() {
    let bad = facts(retraction(20, of: 1, replacement: 2))
    #expect(Replacements(bad).replacement(of: 4) == .waitsForOutput(of: 3))
    #expect(Replacements(withHeir(bad, outputs: [])).replacement(of: 4) == .waitsForOutput(of: 13))
    #expect(Replacements(withHeir(bad, outputs: [16, 14])).replacement(of: 4) == .by(16))
  }

  /// View 3 is retracted, view 23 replaces it, and what both are over is retracted too.
  @Test func aViewThatReplacesAnotherMayBeStaleItself() {
    let retractions = [
      retraction(20, of: 1, replacement: 2), retraction(24, of: 3, replacement: 23),
    ]
    var bad = facts()
    bad.staleness = Staleness(
      edges: edges(.viewInputs, (3, 1), (13, 2), (23, 1))
        + edges(.outputView, (4, 3), (14, 13), (25, 23)),
      retractions: StandingRetractions(retractions))
    bad.kinds.merge([13: .view, 14: .output, 23: .view, 25: .output]) { first, _ in first }
    (bad.madeBy[25], bad.madeOf[23]) = (23, [25])
    #expect(Replacements(bad).replacement(of: 4) == .waitsForOutput(of: 23))
    bad.successions = SuccessionTable([Succession(index: 30, from: 23, to: 13)])
    (bad.madeBy[14], bad.madeOf[13]) = (13, [14])
    #expect(Replacements(bad).replacement(of: 4) == .by(14))
    // 3 takes the place of what replaces it: nobody has it.
    bad.successions = SuccessionTable([Succession(index: 30, from: 23, to: 3)])
    guard case .none = Replacements(bad).replacement(of: 4) else {
      return #expect(Bool(false), "\(Replacements(bad).replacement(of: 4))")
    }
  }

  @Test func aModelWaitsForItsPromotion() {
    let bad = facts(retraction(20, of: 1, replacement: 2))
    #expect(Replacements(bad).replacement(of: 5) == .waitsForOutput(of: 3))
    #expect(
      Replacements(withHeir(bad, outputs: [14])).replacement(of: 5)
        == .waitsForPromotion(model: 5, of: 13))
    #expect(
      Replacements(withHeir(bad, outputs: [14], models: [15])).replacement(of: 5) == .by(15))
  }

  @Test func aRetractedOutputIsReplacedByItsReplacementAlone() {
    let retraction = retraction(20, of: 4)
    #expect(Replacements(facts(retraction)).replacement(of: 4) == .none(retraction))
  }

  @Test func aPlanSaysAllThatIsInTheWay() {
    let bad = facts(retraction(20, of: 1, replacement: 2))
    let plan = SuccessorPlan(references: [1, 2], Replacements(bad))
    #expect(plan.isReady && plan.replaced == [1: 2])
    #expect(SuccessorPlan(references: [4], Replacements(bad)).waitsFor == [3])
    let none = SuccessorPlan(references: [1], Replacements(facts(retraction(20, of: 1))))
    #expect(!none.isReady && none.unreplaced.count == 1)
  }
}

@Suite struct ViewRecordTests {
  private let digests = (0..<4).map { SHA256.digest(of: [$0]) }.sorted()

  private func json(_ text: String) throws -> JSONNode {
    try JSONDocument(parsing: Array(text.utf8)).root
  }

  private func source(_ kind: String, _ refs: [String], context: String) throws -> JSONNode {
    let inputs = refs.map { #"{"ref":"\#($0)","role":"data"}"# }.joined(separator: ",")
    let name = kind == "recipe" ? #""name":"r","# : ""
    return try json(
      #"{"kind":"\#(kind)",\#(name)"v":1,"inputs":[\#(inputs)],"context":"\#(context)","output":{"name":"o","type":"bytes","mediaType":"text/plain"},"determinism":"run_to_run"}"#
    )
  }

  @Test func aSuccessorIsTheViewWithOtherReferences() throws {
    let view = try source(
      "view", [digests[0], digests[1]].map(\.description), context: digests[2].description)
    let same = try ViewRecord.successor(of: view, replacing: [:])
    #expect(same.canonical == view.canonicalBytes())
    let moved = try ViewRecord.successor(
      of: view, replacing: [digests[0]: digests[3], digests[2]: digests[0]])
    #expect(moved.references.map(\.target) == [digests[0], digests[1], digests[3]])
    let merged = try ViewRecord.successor(of: view, replacing: [digests[0]: digests[1]])
    #expect(merged.references.map(\.target) == [digests[2], digests[1]])
  }

  @Test func aRecipeIsTheViewThatItsNamesLeadTo() throws {
    let recipe = try source(
      "recipe", ["datasets/claims@latest", digests[1].description], context: "contexts/how")
    #expect(ViewRecord.names(of: recipe) == ["contexts/how", "datasets/claims@latest"])
    var targets = ["datasets/claims@latest": ViewRecord.Target(digest: digests[0], kind: .input)]
    guard case .unresolvable(let missing) = ViewRecord.resolve(recipe, targets) else {
      return #expect(Bool(false), "contexts/how points nowhere")
    }
    #expect(missing == ["contexts/how points at nothing"])
    targets["contexts/how"] = .init(digest: digests[2], kind: .input)
    guard case .unresolvable(let unfit) = ViewRecord.resolve(recipe, targets) else {
      return #expect(Bool(false), "an input is no context")
    }
    #expect(unfit == ["contexts/how points at a record of kind input"])
    targets["contexts/how"] = .init(digest: digests[2], kind: .context)
    guard case .view(let view) = ViewRecord.resolve(recipe, targets) else {
      return #expect(Bool(false), "all names lead where they should")
    }
    #expect(view.references.map(\.target) == [digests[2], digests[0], digests[1]])
  }
}
