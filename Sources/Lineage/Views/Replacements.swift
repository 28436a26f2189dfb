package import Records

/// What takes the place of a view's references where they are retracted, through the graph.
///
/// A retraction's own replacement comes first. Then an output of a view that lost its place is replaced by the newest
/// untouched output of the view that has it now, and a model by one that somebody promoted from such an output.
package struct Replacements: Sendable {
  package enum Replacement: Hashable, Sendable {
    /// Nothing it rests on is retracted.
    case kept
    case by(Int64)
    /// That view has to be rebuilt first (where it is not fresh) or run (where it has no output to give).
    case waitsForOutput(of: Int64)
    /// Nobody has promoted a model in the place of `model` from an output of `view` yet.
    case waitsForPromotion(model: Int64, of: Int64)
    /// The retraction has no replacement, and nothing can be made in its subject's place.
    case none(Retraction)
  }

  /// What the calculation looks up. A record that is missing here counts as one that does not exist.
  package struct Facts: Sendable {
    package var staleness: Staleness
    package var successions = SuccessionTable([])
    package var kinds: [Int64: Kind] = [:]
    /// The view of each output, and the output that each model was promoted from.
    package var madeBy: [Int64: Int64] = [:]
    /// Outputs of a view and models promoted from an output, the newest first.
    package var madeOf: [Int64: [Int64]] = [:]

    package init(staleness: Staleness) { self.staleness = staleness }
  }

  private let facts: Facts

  package init(_ facts: Facts) { self.facts = facts }

  /// What a reference to the record at `index` becomes.
  package func replacement(of index: Int64) -> Replacement {
    let found = replacement(of: index, passed: [])
    return found == .by(index) ? .kept : found
  }

  private func replacement(of index: Int64, passed: Set<Int64>) -> Replacement {
    let own = facts.staleness.retractions.of(index).map(\.retraction)
    if let retraction = own.last {
      let newest = own.filter { $0.replacement != nil }.max { $0.index < $1.index }
      // Two that replace each other replace nothing.
      guard let next = newest?.replacement, !passed.contains(next), next != index else {
        return .none(newest ?? retraction)
      }
      return replacement(of: next, passed: passed.union([index]))
    }
    // Stale or not: whoever asks for its outputs waits until the view in its place has one.
    if facts.kinds[index] == .view { return place(of: index, passed.union([index])) }
    guard facts.staleness.isTouched(index) else { return .by(index) }
    switch facts.kinds[index] {
    case .output:
      guard let view = facts.madeBy[index] else { break }
      return output(inPlaceOf: view, passed)
    case .model:
      guard let output = facts.madeBy[index], let view = facts.madeBy[output] else { break }
      return promotion(inPlaceOf: index, from: output, of: view, passed)
    default: break
    }
    guard let reason = facts.staleness.reasons(of: index).retractions.first else { return .kept }
    return .none(reason.retraction)
  }

  /// The view that has the place of `view`, whether by succession or by a replacement of the view itself.
  private func place(of view: Int64, _ passed: Set<Int64>) -> Replacement {
    let last = facts.successions.last(from: view)
    guard !facts.staleness.retractions.of(last).isEmpty else { return .by(last) }
    return replacement(of: last, passed: passed)
  }

  private func output(inPlaceOf view: Int64, _ passed: Set<Int64>) -> Replacement {
    guard case .by(let place) = place(of: view, passed) else { return self.place(of: view, passed) }
    guard !facts.staleness.isTouched(place), let newest = untouched(of: place).first else {
      return .waitsForOutput(of: place)
    }
    return .by(newest)
  }

  private func promotion(
    inPlaceOf model: Int64, from output: Int64, of view: Int64, _ passed: Set<Int64>
  ) -> Replacement {
    var sources: [Int64] = []
    var holder = view
    if !facts.staleness.retractions.of(output).isEmpty,
      case .by(let other) = replacement(of: output, passed: passed)
    {
      sources = [other]
      holder = facts.madeBy[other] ?? view
    } else {
      guard case .by(let place) = place(of: view, passed) else {
        return self.place(of: view, passed)
      }
      (sources, holder) = (untouched(of: place), place)
      // What is promoted from the old view's place is promoted only once that is rebuilt and run.
      if facts.staleness.isTouched(place) || sources.isEmpty {
        return .waitsForOutput(of: place)
      }
    }
    let promoted = sources.flatMap(untouched(of:)).filter { facts.kinds[$0] == .model }
    return promoted.max().map(Replacement.by) ?? .waitsForPromotion(model: model, of: holder)
  }

  private func untouched(of index: Int64) -> [Int64] {
    (facts.madeOf[index] ?? []).filter { !facts.staleness.isTouched($0) }
  }
}

/// What has to happen so that a stale view can have a successor.
package struct SuccessorPlan: Sendable {
  /// References that change, and what each becomes.
  package private(set) var replaced: [Int64: Int64] = [:]
  /// Views whose outputs come first.
  package private(set) var waitsFor: Set<Int64> = []
  package private(set) var promotions: [(model: Int64, of: Int64)] = []
  /// Retractions that nothing replaces: the view is listed, not run.
  package private(set) var unreplaced: Set<Retraction> = []

  /// - Parameter references: indices of the records that the view names: model, inputs, context.
  package init(references: some Sequence<Int64>, _ replacements: Replacements) {
    for reference in references {
      switch replacements.replacement(of: reference) {
      case .kept: break
      case .by(let other): replaced[reference] = other
      case .waitsForOutput(let view): waitsFor.insert(view)
      case .waitsForPromotion(let model, let view): promotions.append((model, view))
      case .none(let retraction): unreplaced.insert(retraction)
      }
    }
  }

  /// The successor can be made now, and is another view.
  package var isReady: Bool {
    waitsFor.isEmpty && promotions.isEmpty && unreplaced.isEmpty && !replaced.isEmpty
  }
}
