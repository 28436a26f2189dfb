import Lineage
import LineageFixtures
import LineageIndex
import Records
import SeededRandom
import Store
import Testing

@Suite struct LineageIndexTests {
  /// Random queries over random graphs, whatever the blocks in which they came.
  @Test(arguments: 0..<60)
  func walksAsThePlainReferenceDoes(seed: Int) async throws {
    var generator = SplitMix64(seed: UInt64(seed))
    let graph = PlainGraph(random: 80, fan: 5, generator: &generator)
    let index = try graph.index(blocksOf: Int.random(in: 1...80, using: &generator))
    for _ in 0..<10 {
      let query = Self.query(80, &generator)
      let (answer, expected) = (await index.walk(query), graph.walk(query))
      #expect(answer.nodes == expected.nodes)
      #expect(answer.edges == expected.edges)
      #expect(answer.truncation == expected.truncation)
    }
  }

  @Test(arguments: 0..<60)
  func stepsAsThePlainReferenceDoes(seed: Int) async throws {
    var generator = SplitMix64(seed: UInt64(seed))
    let graph = PlainGraph(random: 80, fan: 5, generator: &generator)
    let index = try graph.index(blocksOf: 80)
    for _ in 0..<10 {
      let size = Int64.random(in: 1...80, using: &generator)
      let query = StepQuery(
        nodes: (0..<size).filter { _ in Bool.random(using: &generator) },
        direction: Bool.random(using: &generator) ? .up : .down, size: size,
        namespaces: Bool.random(using: &generator) ? ["own"] : ["other", "own"],
        members: Bool.random(using: &generator) ? .derivations : Self.some,
        limitEach: Int.random(in: 1...3, using: &generator))
      #expect(await index.step(query) == graph.step(query))
    }
  }

  private static let some = MemberSet([.outputDevices, .noteSubject, .viewInputs])

  private static func query(_ count: Int64, _ generator: inout SplitMix64) -> LineageQuery {
    let size = Int64.random(in: 1...count, using: &generator)
    var query = LineageQuery(
      start: [Int64.random(in: 0..<size, using: &generator)],
      direction: Bool.random(using: &generator) ? .up : .down, size: size,
      namespaces: Bool.random(using: &generator) ? ["own"] : ["nobody", "other", "own"])
    if Bool.random(using: &generator) { query.members = query.members.union([.outputDevices]) }
    if Bool.random(using: &generator) { query.roles = ["a"] }
    if Bool.random(using: &generator) { query.kinds = KindSet(.input, .output) }
    if Bool.random(using: &generator) { query.depth = Int.random(in: 0...4, using: &generator) }
    if Bool.random(using: &generator) {
      query.limits.nodes = Int.random(in: 1...9, using: &generator)
      query.limits.edges = Int.random(in: 0...9, using: &generator)
    }
    if Int.random(in: 0..<4, using: &generator) == 0 {
      query.limits.work = Int.random(in: 1...20, using: &generator)
    }
    return query
  }
}
