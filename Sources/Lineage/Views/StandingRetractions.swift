/// The retractions that stand in a snapshot.
///
/// Of a chain (retractions of one subject in one namespace, joined by `previous`) only the newest speaks. One that is
/// itself the subject of a standing retraction is withdrawn, and does not stand: its subject may be rested on again.
package struct StandingRetractions: Sendable {
  package struct Standing: Hashable, Sendable {
    package let retraction: Retraction
    /// From this index on the subject has been retracted without a break: that of the first of the chain that
    /// was not withdrawn. (A withdrawal that was withdrawn again counts as never made.)
    package let since: Int64

    package init(retraction: Retraction, since: Int64) {
      self.retraction = retraction
      self.since = since
    }
  }

  /// Oldest first by `since`, then by index.
  package let all: [Standing]
  private let places: [Int64: [Int]]

  /// - Parameter retractions: all that a snapshot shows of each chain that is asked about, and all whose subject is
  ///   one of those; in any order.
  package init(_ retractions: some Sequence<Retraction>) {
    let newestFirst = retractions.sorted { $0.index > $1.index }
    let known = Dictionary(newestFirst.map { ($0.index, $0) }) { first, _ in first }
    let followed = Set(newestFirst.compactMap(\.previous))
    var withdrawn: Set<Int64> = []
    var standing: [(Standing, subjects: Set<Int64>)] = []
    // Whatever speaks of a retraction has a larger index: it is settled by then.
    for retraction in newestFirst where !followed.contains(retraction.index) {
      guard !withdrawn.contains(retraction.index) else { continue }
      if known[retraction.subject] != nil { withdrawn.insert(retraction.subject) }
      standing.append(Self.standing(retraction, known))
    }
    // A chain reaches back over what is withdrawn only now that all of that is known.
    standing = standing.map { found, _ in Self.standing(found.retraction, known, withdrawn) }
    standing.sort {
      ($0.0.since, $0.0.retraction.index) < ($1.0.since, $1.0.retraction.index)
    }
    all = standing.map(\.0)
    var places: [Int64: [Int]] = [:]
    for (place, found) in standing.enumerated() {
      for subject in found.subjects { places[subject, default: []].append(place) }
    }
    self.places = places
  }

  /// - Returns: the retraction as it stands, and the records that its chain has named: one record can be there
  ///   twice, in a namespace and in one that it imports.
  private static func standing(
    _ retraction: Retraction, _ known: [Int64: Retraction], _ withdrawn: Set<Int64> = []
  ) -> (Standing, subjects: Set<Int64>) {
    var (since, subjects) = (retraction.index, Set([retraction.subject]))
    var previous = retraction.previous
    while let index = previous, let earlier = known[index], !withdrawn.contains(index) {
      since = index
      subjects.insert(earlier.subject)
      previous = earlier.previous
    }
    return (Standing(retraction: retraction, since: since), subjects)
  }

  /// Indices of the records that are retracted, ascending.
  package var subjects: [Int64] { places.keys.sorted() }

  /// Positions in `all` of those whose subject is the record at `index`, ascending.
  func places(of index: Int64) -> [Int] { places[index] ?? [] }

  /// Those whose subject is the record at `index`: one for each namespace that retracted it.
  package func of(_ index: Int64) -> [Standing] { places(of: index).map { all[$0] } }
}
