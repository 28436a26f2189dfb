import Records
import StemmaCrypto
import StoreFixtures
import Testing
import TransparencyLog

@testable import Store

@Suite struct BatchPlannerTests {
  private let empty = BatchFacts(edge: TileEdge(), lastCommittedAt: nil)
  private let now = Timestamp(microseconds: 1_000_000)

  private func plan(_ requests: [CommitRequest], facts: BatchFacts? = nil) -> BatchPlan {
    BatchPlanner.plan(requests, facts: facts ?? empty, now: now) { count in
      (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    }
  }

  private func rejection(_ outcome: CommitOutcome) -> CommitRejection? {
    if case .rejected(let rejection) = outcome { rejection } else { nil }
  }

  private func answer(_ outcome: CommitOutcome) -> CommitAnswer? {
    if case .stored(let answer) = outcome { answer } else { nil }
  }

  @Test func indicesHaveNoGapsAcrossRefusals() throws {
    let missing = SHA256.digest(of: [1])
    let bad = try view(inputs: [missing], context: context(1).digest)
    let plan = plan([
      try commit([input(1)]), try commit([input(2), context(1), bad]), try commit([input(3)]),
    ])
    #expect(plan.records.map(\.index) == [0, 1])
    #expect(plan.records.map(\.record.digest) == [try input(1).digest, try input(3).digest])
    guard case .unresolved(let list)? = rejection(plan.outcomes[1]) else {
      Issue.record("the commit with a missing reference must be refused")
      return
    }
    #expect(list.map(\.target) == [missing])
    #expect(list.map(\.member) == ["/inputs/0/ref"])
  }

  @Test func sameRecordTwiceIsOneIndex() throws {
    let plan = plan([try commit([input(1)]), try commit([input(1)])])
    #expect(plan.records.count == 1)
    let answers = plan.outcomes.compactMap(answer)
    #expect(answers.flatMap(\.records).map(\.index) == [0, 0])
    #expect(answers.flatMap(\.records).map(\.created) == [true, false])
  }

  @Test func namespacesDoNotSeeEachOther() throws {
    let data = try input(1)
    let settings = try context(1)
    let view = try view(inputs: [data.digest], context: settings.digest)
    let plan = plan([commit([data, settings], in: "a"), commit([view], in: "b")])
    guard case .unresolved(let list)? = rejection(plan.outcomes[1]) else {
      Issue.record("what lies in another namespace is not there")
      return
    }
    #expect(list.count == 2)
  }

  @Test func referencesResolveToSmallerIndices() throws {
    let data = try input(1)
    let settings = try context(1)
    let view = try view(inputs: [data.digest], context: settings.digest)
    let plan = plan([commit([data, settings, view])])
    #expect(plan.records.last?.targets.allSatisfy { $0 < 2 } == true)
    #expect(plan.records.last?.targets.count == 2)
  }

  @Test func referenceToTheWrongKindIsRefused() throws {
    let settings = try context(1)
    let view = try view(inputs: [settings.digest], context: settings.digest)
    guard case .unfit(let list)? = rejection(plan([commit([settings, view])]).outcomes[0])
    else {
      Issue.record("a context is no input")
      return
    }
    #expect(list.map(\.member) == ["/inputs/0/ref"])
  }

  @Test func executionIDIsTakenOnce() throws {
    let plan = plan([try commit([execution(1)]), try commit([execution(1, gang: 2)])])
    guard case .conflicting(let list)? = rejection(plan.outcomes[1]) else {
      Issue.record("two executions with one id")
      return
    }
    #expect(list.map(\.reason) == ["execution_id_taken"])
    #expect(list.map(\.current) == [try execution(1).digest])
    #expect(plan.records.count == 1)
  }

  @Test func namesMoveByCompareAndSwap() throws {
    let (a, b) = (try input(1), try input(2))
    let first = try name("n", a.digest)
    let second = try name("n", b.digest, previous: first.digest)
    let third = try name("n", a.digest, previous: second.digest)
    let stale = try name("n", b.digest)
    let plan = plan([
      commit([a, b, first]), commit([second]), commit([third]), commit([stale]),
    ])
    #expect(plan.events.map(\.previous) == [-1, 2, 3])
    guard case .conflicting(let list)? = rejection(plan.outcomes[3]) else {
      Issue.record("a move that does not know the current one")
      return
    }
    #expect(list.map(\.current) == [third.digest])
  }

  @Test func timeNeverFalls() {
    let later = Timestamp(microseconds: 9_000_000)
    let facts = BatchFacts(edge: TileEdge(), lastCommittedAt: later)
    #expect(plan([], facts: facts).committedAt == later)
  }

  @Test func everyNewRecordGetsAnEntryThatItsStatementOpens() throws {
    let data = try input(1)
    let settings = try context(1)
    let view = try view(inputs: [data.digest], context: settings.digest)
    let refused = try name("a", SHA256.digest(of: [9]))
    let plan = plan([
      commit([data, settings]), commit([refused]), commit([view, data]),
    ])
    #expect(plan.log.entries.count == 3)
    for (record, entry) in zip(plan.records, plan.log.entries) {
      let statement = EntryStatement(
        namespace: "main", kind: record.record.kind, digest: record.record.digest,
        principal: "tester", committedAt: now.description,
        references: zip(record.record.references, record.targets).map {
          .init(member: $0.member, role: $0.role, target: $1)
        })
      #expect(statement.commitment(nonce: entry.nonce) == entry.commitment)
      let bytes = statement.canonicalBytes()
      #expect(SHA256.digest(of: entry.nonce + bytes) == entry.commitment)
      #expect(try EntryStatement(parsing: bytes) == statement)
    }
    #expect(Set(plan.log.entries.map(\.nonce)).count == 3, "no nonce twice")
    #expect(plan.log.leaves == plan.log.entries.map { TreeHash.leaf($0.commitment.bytes) })
  }

  @Test func aTileComesWithTheRecordThatFillsIt() throws {
    let first = plan([try commit((0..<300).map(context))])
    #expect(first.log.tiles.map(\.tile) == [Tile(level: 0, number: 0, width: 256)])
    #expect(first.log.tiles[0].hashes == Array(first.log.leaves[..<256]))
    var edge = RightEdge()
    for leaf in first.log.leaves[..<256] { edge.append(leaf) }
    #expect(first.log.tiles[0].root == edge.root)
    let second = plan(
      [try commit((300..<400).map(context))],
      facts: BatchFacts(edge: first.log.edge, lastCommittedAt: nil))
    #expect(second.log.sizeBefore == 300)
    #expect(second.log.rootBefore == first.log.edge.root)
    #expect(second.records.map(\.index) == Array(300..<400))
    for leaf in first.log.leaves[256...] + second.log.leaves { edge.append(leaf) }
    #expect(second.log.edge.root == edge.root)
  }

  @Test func referencesAreLookedUpInTheNamespaceAndThenInItsImports() throws {
    let data = try input(1)
    let settings = try context(1)
    let view = try view(inputs: [data.digest], context: settings.digest)
    let (main, shared, other) = (
      try #require(Namespace("main")), try #require(Namespace("shared")),
      try #require(Namespace("other"))
    )
    let requests = [
      commit([data], in: "other"), commit([data], in: "shared"),
      commit([settings], in: "main"),
      CommitRequest(
        namespace: main, principal: "tester", records: [view], imports: [shared, other]),
    ]
    #expect(plan(requests).records.last?.targets == [2, 1], "the first import that has it")
    let alone = CommitRequest(namespace: main, principal: "tester", records: [view])
    guard case .unresolved? = rejection(plan(requests.dropLast() + [alone]).outcomes[3]) else {
      Issue.record("what is not imported is not there")
      return
    }
  }

  @Test func contentThatWasErasedIsNotTakenAgain() throws {
    let content = SmallContent(bytes: [1, 2, 3])
    let main = try #require(Namespace("main"))
    var facts = empty
    facts.erasedContent = [Scoped(main, content.digest)]
    let request = CommitRequest(
      namespace: main, principal: "tester", records: [try context(1)], content: [content])
    let plan = plan([request], facts: facts)
    guard case .erased(let digests)? = rejection(plan.outcomes[0]) else {
      Issue.record("a commit must not undo an erasure")
      return
    }
    #expect(digests == [content.digest])
    #expect(plan.records.isEmpty)
  }
}
