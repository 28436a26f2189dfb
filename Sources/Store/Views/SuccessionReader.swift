import Lineage
import Records

/// Which views took which ones' places, as far as it can matter for some views.
struct SuccessionReader: Sendable {
  let graph: GraphReader

  /// The newest successions from and to each of `views`, and of all views that these lead to.
  func table(of views: some Sequence<Int64>) async throws(StoreError) -> SuccessionTable {
    var known = Set(views)
    var open = known
    var found: Set<Succession> = []
    while !open.isEmpty {
      let newest = try await graph.step(
        open, .down, [.successionFrom, .successionTo], limitEach: 1)
      let met = try await successions(newest.map(\.from))
      found.formUnion(met)
      open = Set(met.map(\.to)).subtracting(known)
      known.formUnion(open)
    }
    return SuccessionTable(found)
  }

  /// `views`, and all that any of them took the place of, through however many others.
  func predecessors(of views: some Sequence<Int64>) async throws(StoreError) -> Set<Int64> {
    var known = Set(views)
    var open = known
    while !open.isEmpty {
      let to = try await graph.step(open, .down, [.successionTo])
      open = Set(try await successions(to.map(\.from)).map(\.from)).subtracting(known)
      known.formUnion(open)
    }
    return known
  }

  private func successions(
    _ indices: some Sequence<Int64>
  ) async throws(StoreError) -> [Succession] {
    let ends = try await graph.step(Set(indices), .up, [.successionFrom, .successionTo])
    var (from, to): ([Int64: Int64], [Int64: Int64]) = ([:], [:])
    for edge in ends {
      if edge.member == .successionFrom {
        from[edge.from] = edge.to
      } else {
        to[edge.from] = edge.to
      }
    }
    return from.compactMap { index, from in
      to[index].map { Succession(index: index, from: from, to: $0) }
    }
  }
}
