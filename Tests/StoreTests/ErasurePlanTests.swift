import Records
import StemmaCrypto
import StoreFixtures
import Testing
import TransparencyLog

@testable import Store

/// What an erasure does to the other commits of its batch.
@Suite struct ErasurePlanTests {
  private func plan(_ requests: [CommitRequest], facts: BatchFacts? = nil) -> BatchPlan {
    BatchPlanner.plan(
      requests, facts: facts ?? BatchFacts(edge: TileEdge(), lastCommittedAt: nil),
      now: Timestamp(microseconds: 1_000_000)
    ) { [UInt8](repeating: 0, count: $0) }
  }

  private func erasure(
    of subject: Record, _ what: String, _ target: Destruction.Target, reason: String = "law"
  ) throws -> CommitRequest {
    let record = try record(
      #"{"kind":"erasure","v":1,"subject":"\#(subject.digest)","what":"\#(what)","reason":"\#(reason)"}"#
    )
    return CommitRequest(
      namespace: try #require(Namespace("main")), principal: "tester", records: [record],
      destruction: Destruction(of: target, subject: subject.digest))
  }

  private func statement(of record: Record) -> EntryStatement {
    EntryStatement(
      namespace: "main", kind: record.kind, digest: record.digest, principal: "tester",
      committedAt: "2026-01-01T00:00:00.000000Z", references: [])
  }

  private func body(of subject: Record, _ number: Int, withNonce: Bool) throws -> CommitRequest {
    try erasure(
      of: subject, withNonce ? "body_and_nonce" : "body",
      .body(statement: statement(of: subject), withNonce: withNonce), reason: "law \(number)")
  }

  private func carry(_ content: SmallContent, with record: Record) throws -> CommitRequest {
    CommitRequest(
      namespace: try #require(Namespace("main")), principal: "tester", records: [record],
      content: [content])
  }

  /// The subject names the content's digest.
  private var content: SmallContent { SmallContent(bytes: Array("content 1".utf8)) }

  @Test func contentIsNotTakenBehindItsErasure() throws {
    let subject = try input(1)
    let plan = plan([
      commit([subject]), try erasure(of: subject, "content", .content),
      try carry(content, with: context(1)),
    ])
    guard case .rejected(.erased([content.digest])) = plan.outcomes[2] else {
      Issue.record("acknowledged as stored what the same transaction destroys")
      return
    }
    #expect(plan.content.isEmpty)
  }

  @Test func contentInFrontOfItsErasureEndsErased() throws {
    let subject = try input(1)
    let plan = plan([
      try carry(content, with: subject), try erasure(of: subject, "content", .content),
      try carry(content, with: context(1)),
    ])
    guard case .stored(let receipt) = plan.outcomes[0] else {
      Issue.record("it was there when it was stored")
      return
    }
    #expect(receipt.contentCreated == [true])
    #expect(plan.content.isEmpty, "what is destroyed at once is never written")
    guard case .rejected(.erased) = plan.outcomes[2] else {
      Issue.record("it is known as there although it was erased")
      return
    }
  }

  @Test func contentElsewhereIsNotTouched() throws {
    let subject = try input(1)
    var other = try carry(content, with: context(1))
    other = CommitRequest(
      namespace: try #require(Namespace("other")), principal: "tester", records: other.records,
      content: other.content)
    let plan = plan([
      other, commit([subject]), try erasure(of: subject, "content", .content),
    ])
    #expect(plan.content.map(\.key.namespace.name) == ["other"])
  }

  /// The database is told one thing about a subject, whatever the batch holds: what it would be after
  /// one erasure behind the other.
  @Test(arguments: [
    ([false, false], 0), ([false, true], 1), ([true, false], 0), ([true, true], 0),
    ([false, true, true], 1),
  ])
  func bodyIsDestroyedOnce(withNonce: [Bool], winner: Int) throws {
    let subject = try context(1)
    let erasures = try withNonce.enumerated().map {
      try body(of: subject, $0.offset, withNonce: $0.element)
    }
    let plan = plan([commit([subject])] + erasures)
    #expect(plan.destructions.count == 1)
    #expect(plan.destructions.first?.erasure == Int64(1 + winner))
    guard case .body(_, withNonce.contains(true))? = plan.destructions.first?.target else {
      Issue.record("the nonce is not what was asked")
      return
    }
  }

  @Test func contentIsDestroyedOnceAndByTheFirst() throws {
    // Two subjects that name the same bytes.
    let bytes = SHA256.digest(of: Array("content 1".utf8))
    let other = try record(
      #"{"kind":"input","v":1,"salt":"0123456789abcdef","content":{"digest":"\#(bytes)","size":9,"mediaType":"text/plain"}}"#
    )
    let plan = plan([
      try commit([input(1), other]), try erasure(of: input(1), "content", .content),
      try erasure(of: other, "content", .content), try body(of: input(1), 0, withNonce: false),
    ])
    #expect(plan.destructions.map(\.erasure) == [2, 4])
  }
}
