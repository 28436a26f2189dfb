import Postgres
import PostgresStore
import Records
import StemmaCrypto
import StoreFixtures
import Synchronization
import Testing
import TransparencyLog

@testable import Store

/// A batch that is appended while the one before it is written: it comes after that one, whatever it was
/// planned on.
@Suite struct LedgerOverlapTests {
  /// What meets in the two batches: a record, an execution's id, the moves of a name, content, and the
  /// namespace, which the first one makes.
  private struct Meeting {
    let target: Record
    let holder: Record
    let move: Record
    let content = SmallContent(bytes: [1, 2, 3])
    let first: [CommitRequest]
    let second: [CommitRequest]

    init() throws {
      target = try context(1)
      holder = try execution(1)
      move = try name("a", target.digest)
      first = [commit([target, holder, move], content: [content])]
      second = [
        commit([target], content: [content]),
        commit([try execution(1, gang: 2)]),
        commit([try name("a", target.digest, previous: move.digest)]),
        commit([try name("a", holder.digest, previous: move.digest)]),
        commit([try context(2)]),
      ]
    }
  }

  private func checkSecond(_ plan: BatchPlan, _ meeting: Meeting) {
    #expect(plan.indices == [[0], nil, [3], nil, [4]])
    #expect(plan.conflicts[1]?.reason == "execution_id_taken")
    #expect(plan.conflicts[1]?.current == meeting.holder.digest)
    #expect(plan.conflicts[3]?.reason == "previous_mismatch")
    #expect(plan.events.map(\.previous) == [2])
    guard case .stored(let answer) = plan.outcomes[0] else { return }
    #expect(!answer.records[0].created && answer.contentCreated == [false])
  }

  @Test(arguments: LedgerUnderTest.Kind.allCases)
  func theSecondBatchKnowsWhatTheFirstBrings(kind: LedgerUnderTest.Kind) async throws {
    let ledger = try await LedgerUnderTest(kind).ledgers[0]
    let meeting = try Meeting()
    let ended = try await Overlap.run(
      meeting.first, meeting.second, on: ledger, waitForDecision: kind == .postgres)
    let first = try ended.first.get()
    #expect(first.indices == [[0, 1, 2]])
    checkSecond(ended.second, meeting)
    #expect(ended.told.count == 1, "planned once, on what the first one brings")
    #expect(ended.second.log.rootBefore == first.log.edge.root)
    // What is in the database is the same: a third batch, which finds nothing under way, is told so.
    let third = try await ledger.append(
      BatchPlanner.questions(for: meeting.second),
      decide: { Overlap.plan(meeting.second, $0) }, vouch: { _ in })
    #expect(third.log.sizeBefore == 5 && third.log.rootBefore == ended.second.log.edge.root)
    #expect(third.indices == [[0], nil, [3], nil, [4]] && third.records.isEmpty)
  }

  @Test(arguments: LedgerUnderTest.Kind.allCases)
  func theSecondBatchIsPlannedAgainWhenTheFirstFails(kind: LedgerUnderTest.Kind) async throws {
    let ledger = try await LedgerUnderTest(kind).ledgers[0]
    let meeting = try Meeting()
    let ended = try await Overlap.run(
      meeting.first, meeting.second, on: ledger, waitForDecision: kind == .postgres,
      failure: StoreError(.signerUnavailable, "gone"))
    #expect(throws: StoreError(.signerUnavailable, "")) { try ended.first.get() }
    #expect(ended.told.count == (kind == .postgres ? 2 : 1))
    #expect(ended.told.last?.records.isEmpty == true && ended.told.last?.nextIndex == 0)
    // Nothing of the first one: its target and its execution are new, and there is no move to go on from.
    #expect(ended.second.indices == [[0], [1], nil, nil, [2]])
    #expect(ended.second.conflicts[2]?.current == nil)
    let again = try await ledger.append(
      BatchPlanner.questions(for: meeting.first),
      decide: { Overlap.plan(meeting.first, $0) }, vouch: { _ in })
    #expect(again.log.sizeBefore == 3 && again.log.rootBefore == ended.second.log.edge.root)
    #expect(again.conflicts[0]?.reason == "execution_id_taken")
  }

  /// Another server waits for the head already. Most often it has it between the two; PostgreSQL does not promise it.
  @Test(.timeLimit(.minutes(5)))
  func theSecondBatchIsPlannedAgainWhereAnotherServerComesBetween() async throws {
    let conninfo = try await TestCluster.newDatabase()
    let ledgers = (0..<2).map { _ in PostgresLedger(conninfo: conninfo) }
    let watcher = PostgresWorker(conninfo: conninfo, label: "watcher")
    // Who makes a namespace at the same time as somebody else is told that it raced.
    let start = [commit([try context(0)])]
    _ = try await ledgers[0].append(
      BatchPlanner.questions(for: start), decide: { Overlap.plan(start, $0) }, vouch: { _ in })
    var isBetween = false
    for round in 1...50 where !isBetween {
      let shared = try context(10 * round)
      let theirs = commit([shared, try execution(round)])
      let mine = [commit([shared]), commit([try execution(round, gang: 2)])]
      let rival = Mutex<Task<BatchPlan, any Error>?>(nil)
      let ended = try await Overlap.run(
        [commit([try context(10 * round + 1)])], mine, on: ledgers[0],
        between: {
          let task = Task {
            try await ledgers[1].append(
              BatchPlanner.questions(for: [theirs]),
              decide: { Overlap.plan([theirs], $0) }, vouch: { _ in })
          }
          rival.withLock { $0 = task }
          while await waitingForLocks(watcher) == 0 {
            try? await Task.sleep(for: .milliseconds(10))
          }
        })
      let before = try ended.first.get().log.edge.size
      let between = try #require(try await rival.withLock { $0 }?.value)
      isBetween = between.log.sizeBefore == before
      guard isBetween else { continue }
      #expect(between.indices == [[before, before + 1]])
      #expect(ended.told.map(\.nextIndex) == [before, before + 2])
      #expect(ended.second.indices == [[before], nil])
      #expect(ended.second.conflicts[1]?.current == theirs.records[1].digest)
      #expect(ended.second.log.sizeBefore == before + 2)
    }
    #expect(isBetween)
    await watcher.close()
  }

  /// What is destroyed is known from the database alone.
  @Test func nothingIsPlannedOnABatchThatDestroys() async throws {
    let ledger = PostgresLedger(conninfo: try await TestCluster.newDatabase())
    let subject = try input(1)
    let content = SmallContent(bytes: Array("content 1".utf8))
    let stored = commit([subject], content: [content])
    _ = try await ledger.append(
      BatchPlanner.questions(for: [stored]), decide: { Overlap.plan([stored], $0) },
      vouch: { _ in })
    let erasure = try record(
      #"{"kind":"erasure","v":1,"subject":"\#(subject.digest)","what":"content","reason":"law"}"#)
    let erasing = CommitRequest(
      namespace: stored.namespace, principal: "tester", records: [erasure],
      destruction: Destruction(of: .content, subject: subject.digest))
    let ended = try await Overlap.run(
      [erasing], [commit([try context(1)], content: [content])], on: ledger,
      waitForDecision: false)
    #expect(try ended.first.get().indices == [[1]])
    #expect(ended.told.count == 1)
    guard case .rejected(.erased(let digests)) = ended.second.outcomes[0] else {
      Issue.record("content that was destroyed was taken again")
      return
    }
    #expect(digests == [content.digest])
  }

  /// Moves of one name by many, through two servers whose batches overlap: one chain, and every move that was
  /// acknowledged is a link of it.
  @Test func movesOfANameAreOneChain() async throws {
    let conninfo = try await TestCluster.newDatabase()
    let signer = try TestSigner.make()
    let committers = (0..<2).map { _ in
      GroupCommitter(
        ledger: PostgresLedger(conninfo: conninfo), signer: signer,
        now: { Timestamp(microseconds: 1_700_000_000_000_000) }, random: { randomBytes($0) })
    }
    let targets = try (0..<8).map(context)
    _ = try await committers[0].commit(commit(targets), deadline: .now + .seconds(600))
    let moves = try await withThrowingTaskGroup(of: [Digest: Digest?].self) { group in
      for client in 0..<8 {
        group.addTask {
          var moves: [Digest: Digest?] = [:]
          var previous: Digest?
          while moves.count < 10 {
            let move = try name("a", targets[client].digest, previous: previous)
            let done = try await committers[client % 2].commit(
              commit([move]), deadline: .now + .seconds(600))
            switch done.outcome {
            case .stored:
              moves[move.digest] = .some(previous)
              previous = move.digest
            case .rejected(.conflicting(let conflicts)): previous = conflicts[0].current
            case .rejected(let why): throw StoreError(.corrupt, "\(why)")
            }
          }
          return moves
        }
      }
      return try await group.reduce(into: [:]) { $0.merge($1) { _, new in new } }
    }
    #expect(moves.count == 80)
    #expect(Set(moves.values.map { $0 }).count == 80, "no move was gone on from twice")
    #expect(moves.values.allSatisfy { $0.map { moves[$0] != nil } ?? true })
  }
}

/// How many sessions of the database wait for a lock.
private func waitingForLocks(_ worker: PostgresWorker) async -> Int64 {
  let waiting = try? await worker.run(deadline: .in(.seconds(20))) {
    (connection, _) throws(PostgresError) in
    try connection.execute(
      Statement(
        "waiting", [],
        """
        select count(*) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'
        """), deadline: .in(.seconds(20))
    ).int64(0, 0)
  }
  return waiting ?? 0
}
