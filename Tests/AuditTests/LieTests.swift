import Audit
import Canonical
import Records
import StemmaCrypto
import Testing

/// Logs whose operator signs what the format forbids: every entry opens, every root is right.
@Suite struct LieTests {
  private func found(_ log: TestLog) async throws -> [Finding.Place] {
    try await audit(TestSource(log), key: log.key).findings.kept.map(\.place)
  }

  private func note(on subject: Digest, _ number: Int = 1) -> String {
    #"{"kind":"note","note":{"n":\#(number)},"subject":"\#(subject)","v":1}"#
  }

  @Test func targetNotBefore() async throws {
    var log = try TestLog.valid(14)
    try log.add(note(on: log.items[0].statement.digest), targets: [14])
    #expect(try await found(log) == [.index(14)])
  }

  @Test func targetOfAnotherDigest() async throws {
    var log = try TestLog.valid(14)
    try log.add(note(on: log.items[0].statement.digest), targets: [1])
    #expect(try await found(log) == [.index(14)])
  }

  @Test func targetOfAKindThatIsNotTaken() async throws {
    var log = try TestLog.valid(12)
    let context = log.items[2].statement.digest
    try log.add(#"{"kind":"resolution","recipe":"\#(context)","v":1,"view":"\#(context)"}"#)
    #expect(try await found(log) == [.index(12), .index(12)])
  }

  @Test func targetInANamespaceThatIsNotImported() async throws {
    var log = try TestLog.valid(12)
    try log.add(note(on: log.items[0].statement.digest), in: "guests", targets: [0])
    #expect(try await found(log) == [.index(12)])
  }

  @Test func ownCopyComesBeforeAnImportedOne() async throws {
    var log = try TestLog.valid(12)
    try log.add(#"{"kind":"context","v":1}"#, in: "guests")
    try log.add(note(on: log.items[2].statement.digest), in: "guests", targets: [2])
    let report = try await audit(TestSource(log), key: log.key) {
      $0.imports = ["guests": ["main"]]
    }
    #expect(report.findings.kept.map(\.place) == [.index(13)])
  }

  @Test func sameRecordTwice() async throws {
    var log = try TestLog.valid(12)
    try log.add(#"{"kind":"context","v":1}"#)
    try log.add(#"{"kind":"context","v":1}"#, in: "other")
    #expect(try await found(log) == [.index(12)])
  }

  @Test func sameClaimTwice() async throws {
    var log = try TestLog.valid(12)
    try log.add(
      #"{"gang":{"id":"y","size":2,"system":"slurm"},"id":"00000000-0000-4000-8000-000000000001","kind":"execution","v":1}"#
    )
    #expect(try await found(log) == [.index(12)])
  }

  @Test func timeThatFalls() async throws {
    var log = try TestLog.valid(13)
    try log.add(#"{"kind":"context","salt":"0123456789abcdef","v":1}"#, at: TestLog.time(11))
    #expect(try await found(log) == [.index(13)])
  }

  @Test func movesThatDoNotFollowTheEndOfTheirChain() async throws {
    let log = try TestLog.valid(12)
    let (first, last) = (log.items[8].statement.digest, log.items[10].statement.digest)
    let view = log.items[3].statement.digest
    func move(_ previous: String) -> String {
      #"{"kind":"name","name":"m@live",\#(previous)"reason":"x","target":"\#(view)","v":1}"#
    }
    for previous in ["", #""previous":"\#(first)","#] {
      var lie = log
      try lie.add(move(previous))
      #expect(try await found(lie) == [.index(12)])
    }
    var good = log
    try good.add(move(#""previous":"\#(last)","#))
    #expect(try await found(good).isEmpty)
  }

  // MARK: Erasures

  @Test func erasedByARecordThatIsNoErasure() async throws {
    var log = try TestLog.valid(20)
    log.items[2].record = nil
    log.items[2].erasedBy = 15
    #expect(try await found(log) == [.index(2)])
  }

  @Test func erasedByTheErasureOfAnother() async throws {
    var log = try TestLog.valid(20)
    try log.erase(1)
    log.items[2].record = nil
    log.items[2].erasedBy = 20
    #expect(try await found(log) == [.index(2)])
  }

  @Test func erasedByWhatWasBefore() async throws {
    var log = try TestLog.valid(20)
    log.items[2].record = nil
    log.items[2].erasedBy = 2
    #expect(try await found(log) == [.index(2)])
  }

  @Test func erasedBodyIsBack() async throws {
    var log = try TestLog.valid(20)
    let body = log.items[2].record
    try log.erase(2)
    log.items[2].record = body
    log.items[2].erasedBy = nil
    #expect(try await found(log) == [.index(2)])
  }

  @Test func nonceThatNoErasureAnnounced() async throws {
    var log = try TestLog.valid(20)
    try log.erase(2)
    log.items[2].nonce = nil
    #expect(try await found(log) == [.index(2)])
  }

  @Test func nonceIsStillThere() async throws {
    var log = try TestLog.valid(20)
    try log.erase(2, saying: "body_and_nonce")
    #expect(try await found(log) == [.index(2)])
    // Also where the body went long before.
    log = try TestLog.valid(20)
    try log.erase(2)
    try log.erase(2, saying: "body_and_nonce")
    #expect(try await found(log) == [.index(2)])
  }

  @Test func bodyThatAnErasureOfContentTook() async throws {
    var log = try TestLog.valid(20)
    try log.erase(0, saying: "content")
    #expect(try await found(log) == [.index(0)])
  }

  @Test func bodiesThatMayNotBeErased() async throws {
    var log = try TestLog.valid(20)
    try log.erase(8)
    #expect(try await found(log).contains(.index(8)))
  }

  /// What only the statement says of an erased record is held against its kind's table.
  @Test func erasedRecordWithReferencesThatItCannotHave() async throws {
    var log = try TestLog.valid(20)
    let said = log.items[13].statement
    log.items[13].statement = EntryStatement(
      namespace: said.namespace, kind: .note, digest: said.digest, principal: said.principal,
      committedAt: said.committedAt, references: [.init(member: "/target", role: nil, target: 0)])
    log.seal(13)
    try log.erase(13)
    #expect(try await found(log).contains(.index(13)))
  }

  /// Without a nonce nobody can check what an entry says of itself; what refers to it still can.
  @Test func unopenableEntryThatLies() async throws {
    var log = try TestLog.valid(20)
    try log.erase(0, withNonce: true)
    let said = log.items[0].statement
    log.items[0].statement = EntryStatement(
      namespace: said.namespace, kind: said.kind, digest: log.items[1].statement.digest,
      principal: said.principal, committedAt: said.committedAt, references: [])
    let places = try await found(log)
    #expect(places.contains(.index(0)))
  }
}
