import Records
import StemmaCrypto
import StoreFixtures
import Synchronization
import Testing
import TransparencyLog

@testable import Store

/// What `CommitLedger` promises, of every implementation, and by nothing but the port itself.
@Suite struct LedgerConformanceTests {
  private static func plan(
    _ requests: [CommitRequest], _ facts: BatchFacts
  ) -> BatchPlan {
    BatchPlanner.plan(
      requests, facts: facts, now: Timestamp(microseconds: 1_700_000_000_000_000),
      random: { randomBytes($0) })
  }

  /// Commits as the committer does; `vouch` sees the plan before it is committed.
  @discardableResult
  private func append(
    _ requests: [CommitRequest], to ledger: any CommitLedger,
    vouch: @escaping @Sendable (BatchPlan) async throws(StoreError) -> Void = { _ in }
  ) async throws(StoreError) -> BatchPlan {
    try await ledger.append(
      BatchPlanner.questions(for: requests), decide: { Self.plan(requests, $0) }, vouch: vouch)
  }

  /// What a batch of `requests` would be told now; nothing is stored.
  private func facts(
    for requests: [CommitRequest] = [], from ledger: any CommitLedger
  ) async throws(StoreError) -> BatchFacts {
    let told = Mutex<BatchFacts?>(nil)
    _ = try await ledger.append(
      BatchPlanner.questions(for: requests),
      decide: { facts in
        told.withLock { $0 = facts }
        return Self.plan([], facts)
      }, vouch: { _ in })
    guard let facts = told.withLock({ $0 }) else {
      throw StoreError(.corrupt, "the ledger did not ask for a decision")
    }
    return facts
  }

  private func records(of requests: [CommitRequest]) -> [Scoped<Digest>] {
    requests.flatMap { request in request.records.map { Scoped(request.namespace, $0.digest) } }
  }

  @Test(arguments: LedgerUnderTest.Kind.allCases)
  func whatIsNotVouchedForIsNotStored(kind: LedgerUnderTest.Kind) async throws {
    let ledger = try await LedgerUnderTest(kind).ledgers[0]
    let content = SmallContent(bytes: [1, 2, 3])
    let request = try commit([execution(1), context(1)], content: [content])
    await #expect(throws: StoreError(.signerRefuses, "")) {
      try await append([request], to: ledger) { (_) throws(StoreError) in
        throw StoreError(.signerRefuses, "no")
      }
    }
    let after = try await facts(for: [request], from: ledger)
    #expect(after.nextIndex == 0 && after.lastCommittedAt == nil)
    #expect(after.records.isEmpty && after.claims.isEmpty && after.content.isEmpty)
    let plan = try await append([request], to: ledger)
    #expect(plan.records.map(\.index) == [0, 1], "the batch can come again")
  }

  /// A remembered edge must not be one that was never committed: here a tile would be full in it.
  @Test(arguments: LedgerUnderTest.Kind.allCases)
  func edgeAndNextIndexAgreeAfterARefusedBatch(kind: LedgerUnderTest.Kind) async throws {
    let ledger = try await LedgerUnderTest(kind).ledgers[0]
    let first = try await append([commit((0..<200).map(context))], to: ledger)
    let second = try commit((200..<300).map(context))
    for _ in 0..<2 {
      await #expect(throws: StoreError(.unavailable, "")) {
        try await append([second], to: ledger) { (_) throws(StoreError) in
          throw StoreError(.unavailable, "not now")
        }
      }
      let after = try await facts(from: ledger)
      #expect(after.nextIndex == 200)
      #expect(after.edge == first.log.edge)
    }
    let plan = try await append([second], to: ledger)
    #expect(plan.log.rootBefore == first.log.edge.root)
    #expect(plan.log.tiles.map(\.tile) == [Tile(level: 0, number: 0, width: 256)])
    #expect(try await facts(from: ledger).edge == plan.log.edge)
  }

  @Test(arguments: LedgerUnderTest.Kind.allCases)
  func nobodyDecidesWhileAnotherBatchIsVouchedFor(kind: LedgerUnderTest.Kind) async throws {
    let ledgers = try await LedgerUnderTest(kind).ledgers
    // Who makes a namespace at the same time as somebody else is told that it raced.
    try await append([commit([context(0)])], to: ledgers[0])
    let (first, second) = (try commit([context(1)]), try commit([context(2)]))
    let earlier = try Scoped(first.namespace, context(1).digest)
    let steps = Mutex<[String]>([])
    let (heldUp, holdUp) = AsyncStream.makeStream(of: Void.self)
    async let later = {
      for await _ in heldUp { break }
      return try await ledgers[1].append(
        BatchPlanner.questions(for: [first, second]),
        decide: { facts in
          let seen = facts.records[earlier]?.index ?? -1
          steps.withLock { $0.append("second decided, and saw the first at \(seen)") }
          return Self.plan([second], facts)
        }, vouch: { _ in })
    }()
    let plan = try await append([first], to: ledgers[0]) { (plan) throws(StoreError) in
      holdUp.yield()
      // Long enough for the other to come to the head, and find it locked.
      try? await Task.sleep(for: .milliseconds(300))
      steps.withLock { $0.append("first of \(plan.records.count) record vouched for") }
    }
    #expect(plan.records.map(\.index) == [1])
    #expect(try await later.records.map(\.index) == [2])
    #expect(
      steps.withLock { $0 } == [
        "first of 1 record vouched for", "second decided, and saw the first at 1",
      ])
  }

  @Test(arguments: LedgerUnderTest.Kind.allCases)
  func aBatchWithNothingNewChangesNothing(kind: LedgerUnderTest.Kind) async throws {
    let ledger = try await LedgerUnderTest(kind).ledgers[0]
    let request = try commit([context(1), execution(1)])
    let first = try await append([request], to: ledger)
    for requests in [[], [request], [request, request]] {
      let vouched = Mutex(0)
      let again = try await append(requests, to: ledger) { (plan) throws(StoreError) in
        vouched.withLock { $0 += 1 }
      }
      #expect(vouched.withLock { $0 } == 1, "what was committed before may be unsigned yet")
      #expect(again.records.isEmpty && again.log.leaves.isEmpty)
      #expect(again.log.edge == first.log.edge)
      #expect(again.outcomes.count == requests.count)
      for outcome in again.outcomes {
        guard case .stored(let answer) = outcome else {
          Issue.record("refused: \(outcome)")
          continue
        }
        #expect(answer.records.map(\.index) == [0, 1])
        #expect(answer.records.allSatisfy { !$0.created })
      }
    }
  }

  @Test(arguments: LedgerUnderTest.Kind.allCases)
  func questionsAreAnsweredForTheirNamespaceAlone(kind: LedgerUnderTest.Kind) async throws {
    let ledger = try await LedgerUnderTest(kind).ledgers[0]
    let target = try context(1)
    let move = try name("a", target.digest)
    let content = SmallContent(bytes: [1, 2, 3])
    try await append([commit([target, execution(1), move], content: [content])], to: ledger)
    let next = try name("a", target.digest, previous: move.digest)
    let rival = try execution(1, gang: 2)
    let mine = commit([target, rival, next], content: [content])
    let told = try await facts(for: [mine], from: ledger)
    let known = BatchFacts.Known(index: 0, kind: .context, content: nil)
    #expect(told.records[Scoped(mine.namespace, target.digest)] == known)
    #expect(told.claims[Scoped(mine.namespace, rival.claims[0].digest)]?.index == 1)
    let chain = try Scoped(mine.namespace, #require(next.event).chain)
    #expect(told.chains[chain] == .init(index: 2, digest: move.digest))
    #expect(told.content == [Scoped(mine.namespace, content.digest)])
    let other = commit([target, rival, next], content: [content], in: "other")
    let theirs = try await facts(for: [other], from: ledger)
    #expect(theirs.records[Scoped(other.namespace, target.digest)] == nil)
    #expect(theirs.claims[Scoped(other.namespace, rival.claims[0].digest)] == nil)
    #expect(theirs.chains[Scoped(other.namespace, chain.value)] == nil)
    #expect(!theirs.content.contains(Scoped(other.namespace, content.digest)))
  }

  /// Each goes on from what the other committed, though it remembers an edge of its own.
  @Test(arguments: LedgerUnderTest.Kind.allCases)
  func twoLedgersOnOneDatabaseMakeOneLog(kind: LedgerUnderTest.Kind) async throws {
    let ledgers = try await LedgerUnderTest(kind).ledgers
    var edge = TileEdge()
    // Runs of turns, and tiles that one of them began and the other fills.
    for (turn, writer) in [0, 1, 1, 0, 1, 0, 0, 0, 1, 1, 0, 1].enumerated() {
      let request = try commit((turn * 60..<turn * 60 + 60).map(context))
      let plan = try await append([request], to: ledgers[writer])
      #expect(plan.log.sizeBefore == edge.size && plan.log.rootBefore == edge.root)
      for leaf in plan.log.leaves { _ = edge.append(leaf) }
      #expect(plan.log.edge == edge)
    }
    for ledger in ledgers { #expect(try await facts(from: ledger).edge == edge) }
  }

  @Test(arguments: LedgerUnderTest.Kind.allCases)
  func publishingNeverGoesBack(kind: LedgerUnderTest.Kind) async throws {
    let store = try await LedgerUnderTest(kind)
    func checkpoint(_ size: Int64, _ note: String) -> SignedCheckpoint {
      SignedCheckpoint(size: size, note: Array(note.utf8))
    }
    #expect(try await store.published() == checkpoint(0, ""))
    let told: [(ledger: Int, SignedCheckpoint, seen: SignedCheckpoint)] = [
      (0, checkpoint(0, "empty"), checkpoint(0, "empty")),
      (0, checkpoint(5, "five"), checkpoint(5, "five")),
      (1, checkpoint(3, "three"), checkpoint(5, "five")),
      (1, checkpoint(5, "five again"), checkpoint(5, "five")),
      (1, checkpoint(6, "six"), checkpoint(6, "six")),
      (0, checkpoint(5, "five"), checkpoint(6, "six")),
    ]
    for (ledger, checkpoint, seen) in told {
      try await store.ledgers[ledger].publish(checkpoint)
      #expect(try await store.published() == seen)
    }
  }
}
