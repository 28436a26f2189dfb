import Lineage
import Records
import SeededRandom
import Testing

@Suite struct LineageWalkTests {
  /// Random queries over random graphs, against whole sets.
  @Test(arguments: 0..<300)
  func findsTheClosureInOrder(seed: Int) {
    var generator = SplitMix64(seed: UInt64(seed))
    let graph = PlainGraph(random: 60, fan: 4, generator: &generator)
    let query = Self.query(60, &generator)
    let answer = graph.walk(query)
    let (distances, edges) = graph.closure(query)
    let listed = distances.filter { index, _ in
      query.start.contains(index) || query.kinds.contains(graph.kinds[Int(index)])
    }
    #expect(
      answer.nodes == listed.map { WalkPosition(distance: $1, index: $0) }.sorted())
    #expect(
      Set(answer.edges)
        == edges.filter { listed[$0.from] != nil && listed[$0.to] != nil })
    #expect(Set(answer.edges).count == answer.edges.count)
    #expect(answer.truncation.isSubset(of: [.depth, .namespace]))
  }

  /// Pages put together are the whole answer, whatever their size: no node and no edge twice or missing.
  @Test(arguments: 0..<200)
  func pagesAreTheWhole(seed: Int) {
    var generator = SplitMix64(seed: UInt64(seed) + 10_000)
    let graph = PlainGraph(random: 50, fan: 4, generator: &generator)
    var query = Self.query(50, &generator)
    let whole = graph.walk(query)
    query.limits.nodes = Int.random(in: 1...7, using: &generator)
    var nodes: [WalkPosition] = []
    var edges: [LineageEdge] = []
    while true {
      let page = graph.walk(query)
      nodes += page.nodes
      edges += page.edges
      #expect(page.nodes.count <= query.limits.nodes)
      guard page.truncation.contains(.nodes) else { break }
      query.after = page.nodes.last
    }
    #expect(nodes == whole.nodes)
    #expect(Set(edges) == Set(whole.edges))
    #expect(edges.count == whole.edges.count)
  }

  @Test func saysThatItGoesDeeper() {
    let chain = Self.chain(10)
    var query = LineageQuery(start: [9], direction: .up, size: 10, namespaces: ["own"])
    query.depth = 3
    let answer = chain.walk(query)
    #expect(answer.nodes.map(\.index) == [9, 8, 7, 6])
    #expect(answer.truncation == .depth)
    query.depth = 9
    #expect(chain.walk(query).truncation.isEmpty)
    query.depth = 0
    #expect(chain.walk(query).nodes.map(\.index) == [9])
  }

  @Test func givesUpAfterItsWork() {
    let chain = Self.chain(100)
    var query = LineageQuery(start: [99], direction: .up, size: 100, namespaces: ["own"])
    query.limits.work = 10
    let answer = chain.walk(query)
    #expect(answer.truncation == .work)
    #expect(answer.nodes.count == 11)
    query.limits.work = 99
    #expect(chain.walk(query).truncation.isEmpty)
  }

  /// Neither the answer nor how it is cut tells how much lies in a namespace that is not seen.
  @Test(arguments: [WalkDirection.up, .down])
  func whatIsNotSeenCostsNothing(direction: WalkDirection) {
    var hub = PlainGraph.empty
    for index in 1...50 { hub.add(Int64(index), 0) }
    for index in 51...55 { hub.add(55, Int64(index - 1)) }
    for index in 1..<50 { hub.namespaces[index] = "other" }
    var query = LineageQuery(start: [0], direction: direction, size: 56, namespaces: ["own"])
    query.limits.work = 10
    #expect(hub.walk(query).truncation.isEmpty)
  }

  @Test func leavesOutEdgesBeyondTheLimitAndSaysSo() {
    var query = LineageQuery(start: [9], direction: .up, size: 10, namespaces: ["own"])
    query.limits.edges = 4
    let answer = Self.chain(10).walk(query)
    #expect(answer.nodes.count == 10)
    #expect(answer.edges.count == 4)
    #expect(answer.truncation == .edges)
  }

  /// 2^40 paths from the start down to node 0.
  @Test func aDiamondOfManyPathsIsSmall() {
    var graph = PlainGraph.empty
    for level in 0..<40 {
      let base = Int64(level * 2)
      for from in [base + 1, base + 2] {
        graph.add(from, base)
        if level > 0 { graph.add(from, base - 1) }
      }
    }
    let query = LineageQuery(start: [80], direction: .up, size: 81, namespaces: ["own"])
    let answer = graph.walk(query)
    // All but 79, which stands beside the start.
    #expect(answer.nodes.count == 80)
    #expect(answer.truncation.isEmpty)
  }

  private static func chain(_ count: Int) -> PlainGraph {
    var graph = PlainGraph.empty
    for index in 1..<Int64(count) { graph.add(index, index - 1) }
    return graph
  }

  private static func query(_ count: Int64, _ generator: inout SplitMix64) -> LineageQuery {
    let size = Int64.random(in: 1...count, using: &generator)
    var query = LineageQuery(
      start: [Int64.random(in: 0..<size, using: &generator)],
      direction: Bool.random(using: &generator) ? .up : .down, size: size,
      namespaces: Bool.random(using: &generator) ? ["own"] : ["other", "own"])
    if Bool.random(using: &generator) { query.members = query.members.union([.noteSubject]) }
    if Bool.random(using: &generator) { query.roles = ["a"] }
    if Bool.random(using: &generator) { query.kinds = KindSet(.input, .output) }
    if Bool.random(using: &generator) { query.depth = Int.random(in: 0...4, using: &generator) }
    return query
  }
}

extension PlainGraph {
  static var empty: PlainGraph {
    var generator = SplitMix64(seed: 0)
    return PlainGraph(random: 0, fan: 0, generator: &generator)
  }

  mutating func add(_ from: Int64, _ to: Int64) {
    while kinds.count <= Int(from) {
      kinds.append(.view)
      namespaces.append("own")
    }
    edges.append(LineageEdge(from: from, to: to, member: .viewInputs, role: "a"))
  }
}
