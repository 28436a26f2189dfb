import Lineage
import Records
import SeededRandom
package import Store

/// What every engine of lineage must do: answer random questions like `MemoryLineage`, to the last edge, its place
/// and where it is cut.
package struct LineageConformance {
  private let engine: any LineageEngine
  private let plain: MemoryLineage
  private var generator: SplitMix64
  /// What was different, a sentence each.
  package private(set) var differences: [String] = []
  /// Answers that were compared, and how many of them were cut for each reason: a suite that never meets a
  /// limit shows nothing.
  package private(set) var compared = 0
  package private(set) var cut: [String: Int] = [:]

  /// - Parameter plain: all records that `engine` has, or more.
  package init(_ engine: any LineageEngine, like plain: MemoryLineage, seed: UInt64) {
    self.engine = engine
    self.plain = plain
    generator = SplitMix64(seed: seed)
  }

  /// Asks `count` questions of each sort.
  ///
  /// - Parameter newest: the largest snapshot; all there is where it is nil.
  package mutating func ask(_ count: Int, newest: Int? = nil) async throws(StoreError) {
    let newest = Int64(newest ?? plain.nodes.count)
    for _ in 0..<count {
      try await compareWalk(of: walkQuery(newest))
      try await compareSteps(of: stepQuery(newest))
    }
  }

  /// All pages of a walk.
  private mutating func compareWalk(of first: LineageQuery) async throws(StoreError) {
    var query = first
    while true {
      let expected = try await plain.walk(query)
      let found = try await engine.walk(query)
      compared += 1
      for name in expected.truncation.names { cut[name, default: 0] += 1 }
      if found.nodes != expected.nodes {
        return differ("nodes", found.nodes, expected.nodes, query)
      }
      if found.edges != expected.edges {
        return differ("edges", found.edges, expected.edges, query)
      }
      if found.truncation != expected.truncation {
        return differ("truncation", found.truncation.names, expected.truncation.names, query)
      }
      guard expected.truncation.contains(.nodes), let last = expected.nodes.last else { return }
      query.after = last
    }
  }

  private mutating func compareSteps(of query: StepQuery) async throws(StoreError) {
    let expected = try await plain.step(query)
    let found = try await engine.step(query)
    compared += 1
    if found != expected { differ("steps", found, expected, query) }
  }

  private mutating func differ<Part, Query>(
    _ what: String, _ found: Part, _ expected: Part, _ query: Query
  ) {
    differences.append("\(what): \(found), expected \(expected), asked \(query)")
  }

  // MARK: - Questions

  private mutating func walkQuery(_ newest: Int64) -> LineageQuery {
    let (size, namespaces) = snapshot(newest)
    var query = LineageQuery(
      start: visible(chance(80) ? 1 : 4, size, namespaces), direction: chance(50) ? .up : .down,
      size: size, namespaces: namespaces)
    if chance(40) { query.members = query.members.union(members(random(1..<12))) }
    if chance(10) { query.members = MemberSet(members(3)) }
    if chance(30) { query.roles = [["data"], ["null", "train"], ["nowhere"]][random(0..<3)] }
    if chance(30) { query.kinds = KindSet(.input, .view, .name, .rank) }
    if chance(40) { query.depth = random(0..<5) }
    if chance(40) { query.limits.nodes = random(1..<12) }
    if chance(15) { query.limits.edges = random(0..<20) }
    if chance(15) { query.limits.work = random(0..<40) }
    return query
  }

  private mutating func stepQuery(_ newest: Int64) -> StepQuery {
    let (size, namespaces) = snapshot(newest)
    return StepQuery(
      nodes: visible(random(1..<20), size, namespaces), direction: chance(50) ? .up : .down,
      size: size, namespaces: namespaces, members: MemberSet(members(random(1..<30))),
      limitEach: random(1..<5))
  }

  /// A moment, and what is seen of it; a namespace that was never written to is one more.
  private mutating func snapshot(_ newest: Int64) -> (size: Int64, namespaces: [String]) {
    let size = chance(30) ? newest : Int64.random(in: 1...newest, using: &generator)
    let sights = [
      ["main", "base"], ["main", "base"], ["main"], ["team", "main", "base"], ["team"],
      ["apart", "nobody"],
    ]
    return (size, sights[random(0..<sights.count)])
  }

  /// Some records that are seen, ascending.
  private mutating func visible(_ count: Int, _ size: Int64, _ namespaces: [String]) -> [Int64] {
    let all = (0..<size).filter { namespaces.contains(plain.nodes[Int($0)].namespace) }
    return Set((0..<count).compactMap { _ in all.randomElement(using: &generator) }).sorted()
  }

  private mutating func members(_ count: Int) -> [ReferenceMember] {
    (0..<count).compactMap { _ in ReferenceMember.allCases.randomElement(using: &generator) }
  }

  private mutating func random(_ range: Range<Int>) -> Int {
    Int.random(in: range, using: &generator)
  }

  private mutating func chance(_ percent: Int) -> Bool { random(0..<100) < percent }
}
