import Lineage
import Records
import Testing

@Suite struct BesideWalkTests {
  /// A rank names the class of each of its cards: 72 of one class are one record.
  @Test func countsRecordsAndNotReferences() {
    let cards = Array(
      repeating: LineageEdge(from: 9, to: 8, member: .rankDevices, role: nil), count: 71)
    let other = LineageEdge(from: 9, to: 3, member: .rankDevices, role: nil)
    let walk = Self.walk(BesideWalk(nodes: [9], direction: .up), cards + [other])
    #expect(walk.indices == [3, 8])
    #expect(walk.edges.count == 2)
    #expect(!walk.isCut)
  }

  @Test func isCutWhereMoreRecordsStandThere() {
    let edges = (0..<30).reversed().map {
      LineageEdge(from: 90, to: $0, member: .rankDevices, role: nil)
    }
    #expect(!Self.walk(BesideWalk(nodes: [90], direction: .up), Array(edges.suffix(20))).isCut)
    let walk = Self.walk(BesideWalk(nodes: [90], direction: .up), edges)
    #expect(walk.indices == Array(10..<30))
    #expect(walk.isCut)
  }

  /// A walk that is looked up in slices has its own edges in one place only.
  @Test func whatTheWalkListsElsewhereIsNotBeside() {
    let edge = LineageEdge(from: 9, to: 4, member: .outputDevices, role: nil)
    let walked: MemberSet = .derivations.union([.outputDevices])
    let alone = Self.walk(BesideWalk(nodes: [9], direction: .up, walked: walked), [edge])
    #expect(alone.indices == [4])
    let sliced = Self.walk(
      BesideWalk(nodes: [9], direction: .up, walked: walked, places: [4, 9]), [edge])
    #expect(sliced.indices.isEmpty && sliced.edges.isEmpty)
  }

  /// Drives `walk` with references upwards, newest first.
  private static func walk(_ walk: BesideWalk, _ edges: [LineageEdge]) -> BesideWalk {
    var walk = walk
    while let step = walk.next() {
      let found = edges.filter {
        step.direction == .up && step.nodes.contains($0.from) && step.members.contains($0.member)
      }
      walk.take(found.prefix(step.limitEach))
    }
    return walk
  }
}
