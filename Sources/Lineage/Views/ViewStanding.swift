package import Records

/// What a view is worth at an index. Computed from the graph, never stored.
package enum ViewState: String, CaseIterable, Sendable {
  case fresh
  /// Something that it rests on is retracted, or a recipe that was this view is another one now.
  case stale
  /// Another view took its place.
  case superseded
  /// It is retracted itself.
  case retracted
}

/// One `succession` record.
package struct Succession: Hashable, Sendable {
  package let index: Int64
  package let from: Int64
  package let to: Int64

  package init(index: Int64, from: Int64, to: Int64) {
    self.index = index
    self.from = from
    self.to = to
  }
}

/// A recipe that leads to another view than the one that it was the last time.
package struct RecipeChange: Sendable {
  package let recipe: Int64
  package let resolution: Int64
  /// The view that has the place of the one that it was.
  package let view: Int64
  /// The view that it is now, which may not be in the store yet; nil where its names lead to none.
  package let leadsTo: Record?
  /// Since when: the first move of a name after the last time that it was right.
  package let since: Int64
  /// Names that lead elsewhere now, and the record that moved each there; by name.
  package let moves: [Move]

  package struct Move: Hashable, Sendable {
    package let name: String
    package let index: Int64

    package init(name: String, index: Int64) {
      self.name = name
      self.index = index
    }
  }

  package init(
    recipe: Int64, resolution: Int64, view: Int64, leadsTo: Record?, since: Int64, moves: [Move]
  ) {
    self.recipe = recipe
    self.resolution = resolution
    self.view = view
    self.leadsTo = leadsTo
    self.since = since
    self.moves = moves
  }
}

/// The state of a view in a snapshot, since when, and everything that makes it so.
package struct ViewStanding: Sendable {
  package enum Reason: Sendable {
    /// The view itself is retracted.
    case retracted(StandingRetractions.Standing)
    case superseded(Succession)
    /// Something that it rests on is retracted.
    case restsOn(StandingRetractions.Standing)
    case recipe(RecipeChange)

    package var state: ViewState {
      switch self {
      case .retracted: .retracted
      case .superseded: .superseded
      case .restsOn, .recipe: .stale
      }
    }

    package var since: Int64 {
      switch self {
      case .retracted(let standing), .restsOn(let standing): standing.since
      case .superseded(let succession): succession.index
      case .recipe(let change): change.since
      }
    }
  }

  package let view: Int64
  package let state: ViewState
  /// The index since which it has been in this state; nil where it is fresh.
  package let since: Int64?
  /// All that were found, those of the state first, each state's earliest first.
  package let reasons: [Reason]
  /// More retractions above it than are listed.
  package let isCut: Bool

  /// - Parameters:
  ///   - view: its index.
  ///   - successions: those that have the view as `from` or `to`, at least.
  ///   - changes: those whose view it is, at least.
  package init(
    of view: Int64, _ staleness: Staleness, successions: SuccessionTable = SuccessionTable([]),
    changes: some Sequence<RecipeChange> = EmptyCollection()
  ) {
    self.view = view
    let touching = staleness.reasons(of: view)
    let own = Set(staleness.retractions.of(view))
    var reasons = own.map(Reason.retracted)
    reasons += touching.retractions.filter { !own.contains($0) }.map(Reason.restsOn)
    if let succession = successions.current(from: view) { reasons.append(.superseded(succession)) }
    reasons += changes.filter { $0.view == view }.map(Reason.recipe)
    self.reasons = reasons.sorted {
      ($1.state.precedence, $0.since) < ($0.state.precedence, $1.since)
    }
    isCut = touching.isCut
    state = self.reasons.first?.state ?? .fresh
    since = self.reasons.first?.since
  }
}

extension ViewState {
  /// A view is what the strongest of its reasons says.
  fileprivate var precedence: Int {
    switch self {
    case .fresh: 0
    case .stale: 1
    case .superseded: 2
    case .retracted: 3
    }
  }
}

/// Which view took which one's place.
///
/// The newest succession that names a view speaks: one that was superseded and later took a place again (a name moved
/// back) is not superseded. So following successions ends.
package struct SuccessionTable: Sendable {
  private var from: [Int64: Succession] = [:]
  private var newestTo: [Int64: Int64] = [:]

  package init(_ successions: some Sequence<Succession>) {
    for succession in successions {
      if from[succession.from].map({ $0.index < succession.index }) ?? true {
        from[succession.from] = succession
      }
      newestTo[succession.to] = max(newestTo[succession.to] ?? -1, succession.index)
    }
  }

  /// The succession by which the view lost its place; nil where it has it.
  package func current(from view: Int64) -> Succession? {
    guard let succession = from[view], succession.index > newestTo[view] ?? -1 else { return nil }
    return succession
  }

  /// The view that has the place of `view` in the end: itself where nothing took it.
  package func last(from view: Int64) -> Int64 {
    var view = view
    while let next = current(from: view)?.to { view = next }
    return view
  }

  /// Views that lost their place, in no order.
  package var superseded: [Int64] { from.keys.filter { current(from: $0) != nil } }
}
