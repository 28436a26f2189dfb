import Lineage
import Records

/// All that the successors of some views are decided from. Pure: `RebuildGraphReader` fills it.
struct RebuildGraph: Sendable {
  let staleness: Staleness
  let replacements: Replacements
  let successions: SuccessionTable
  /// What each view rests on, or for one whose recipe leads elsewhere what that other view rests on.
  let references: [Int64: [Int64]]
  let kinds: [Int64: Kind]
  /// By view: the recipe that leads to another view now.
  let changes: [Int64: RecipeChange]

  /// Something else is to take the view's place.
  func isStale(_ view: Int64) -> Bool {
    staleness.isTouched(view) || changes[view] != nil
  }

  func plan(of view: Int64) -> SuccessorPlan {
    SuccessorPlan(references: references[view] ?? [], replacements)
  }

  /// A model that the view rests on has to be promoted anew once the views that it waits for are run.
  func waitsForModel(_ view: Int64) -> Bool {
    (references[view] ?? []).contains { reference in
      guard kinds[reference] == .model else { return false }
      if case .waitsForOutput = replacements.replacement(of: reference) { return true }
      return false
    }
  }
}
