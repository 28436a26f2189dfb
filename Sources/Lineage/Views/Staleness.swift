/// What retractions mean for the records that rest on their subjects, in one snapshot.
///
/// It is worked out from a walk, up from what is asked about or down from `StandingRetractions.subjects`, along derivations
/// only. Of records that the walk did not list it says nothing: they count as untouched.
package struct Staleness: Sendable {
  /// Retractions that are named for one record at the most: the earliest.
  package static let maximumReasons = 20

  package let retractions: StandingRetractions
  private var causes = CauseTable()
  private var touched: [Int64: CauseTable.Number] = [:]

  /// - Parameters:
  ///   - edges: of a walk, in any order; every node of it that something retracted is above must have all its
  ///     edges towards that here.
  ///   - retractions: as they stand in the walk's snapshot.
  package init(edges: [LineageEdge], retractions: StandingRetractions) {
    self.retractions = retractions
    for subject in retractions.subjects {
      touched[subject] = causes.number(
        of: Cause(
          retractions.places(of: subject).map { ($0, retractions.all[$0]) }))
    }
    // References lead to smaller indices: by then what is above a record is settled.
    for edge in edges.sorted(by: { $0.from < $1.from }) {
      guard let above = touched[edge.to] else { continue }
      touched[edge.from] =
        touched[edge.from].map { causes.union($0, above) } ?? above
    }
  }

  /// The records that are retracted or rest on something that is, in no order.
  package var touchedRecords: some Sequence<Int64> { touched.keys }

  /// The standing retractions of the record and of what it rests on, the earliest first; `isCut` where there
  /// are more than `maximumReasons`.
  package func reasons(
    of index: Int64
  ) -> (retractions: [StandingRetractions.Standing], isCut: Bool) {
    guard let number = touched[index] else { return ([], false) }
    let cause = causes[number]
    return (cause.places.map { retractions.all[Int($0)] }, cause.isCut)
  }

  /// Whether the record is retracted or rests on something that is.
  package func isTouched(_ index: Int64) -> Bool { touched[index] != nil }

  /// Whether an output is never to be given or judged against: it or something that it rests on was always wrong, or was
  /// no longer lawful when the output was committed; or the output itself is retracted.
  package func isDisowned(_ output: Int64) -> Bool {
    guard let number = touched[output] else { return false }
    let cause = causes[number]
    return cause.isEver || cause.lawfulUntil < output || !retractions.of(output).isEmpty
  }
}

/// Why a record is touched.
struct Cause: Hashable, Sendable {
  /// Positions among the standing retractions, ascending: those come earliest first.
  private(set) var places: [Int32]
  /// More retractions than are kept.
  private(set) var isCut: Bool
  /// One of them says that it was always so.
  private(set) var isEver: Bool
  /// The first index from which on what rests on it is unlawful by a `from_now`.
  private(set) var lawfulUntil: Int64

  init(_ standing: [(place: Int, StandingRetractions.Standing)]) {
    places = standing.prefix(Staleness.maximumReasons).map { Int32($0.place) }
    isCut = standing.count > Staleness.maximumReasons
    isEver = standing.contains { $1.retraction.effect == .ever }
    // Saying it again, in better words, makes nothing lawful that was not.
    lawfulUntil = standing.filter { $1.retraction.effect == .fromNow }.map(\.1.since).min() ?? .max
  }

  func union(_ other: Cause) -> Cause {
    var both = self
    let all = Set(places).union(other.places).sorted()
    both.places = Array(all.prefix(Staleness.maximumReasons))
    both.isCut = isCut || other.isCut || all.count > Staleness.maximumReasons
    both.isEver = isEver || other.isEver
    both.lawfulUntil = min(lawfulUntil, other.lawfulUntil)
    return both
  }
}

/// Causes by number: a hundred thousand records that rest on one share what it means.
struct CauseTable: Sendable {
  typealias Number = Int32

  private var causes: [Cause] = []
  private var numbers: [Cause: Number] = [:]
  private var unions: [Pair: Number] = [:]

  private struct Pair: Hashable {
    let low: Number
    let high: Number
  }

  subscript(number: Number) -> Cause { causes[Int(number)] }

  mutating func number(of cause: Cause) -> Number {
    if let known = numbers[cause] { return known }
    let number = Number(causes.count)
    causes.append(cause)
    numbers[cause] = number
    return number
  }

  mutating func union(_ a: Number, _ b: Number) -> Number {
    guard a != b else { return a }
    let pair = Pair(low: min(a, b), high: max(a, b))
    if let known = unions[pair] { return known }
    let both = number(of: self[a].union(self[b]))
    unions[pair] = both
    return both
  }
}
