import Canonical
import Postgres
import PostgresStore
import Records
import Signer
import StemmaCrypto
import Store
import Testing

/// Erasures as readers and uploads meet them in the middle.
@Suite struct ErasureTests {
  private let conninfo: String
  private let main: Namespace
  private let committer: GroupCommitter
  private let pool: PostgresPool

  init() async throws {
    conninfo = try await TestCluster.newDatabase()
    main = try #require(Namespace("main"))
    committer = GroupCommitter(
      ledger: PostgresLedger(conninfo: conninfo), signer: try TestSigner.make(),
      now: { Timestamp(microseconds: 1_700_000_000_000_000) }, random: { randomBytes($0) })
    pool = PostgresPool(conninfo: conninfo, workers: 2, maximumWaiters: 10, label: "t")
  }

  private func record(_ json: String) throws -> Record {
    try RecordDraft(checking: JSONDocument(parsing: Array(json.utf8)).root).seal(handles: [:])
  }

  private func input(_ content: [UInt8]) throws -> Record {
    try record(
      #"{"kind":"input","v":1,"content":{"digest":"\#(SHA256.digest(of: content))","size":\#(content.count),"mediaType":"text/plain"}}"#
    )
  }

  private func commit(
    _ records: [Record], content: [SmallContent] = [], destruction: Destruction? = nil
  ) async throws {
    _ = try await committer.commit(
      CommitRequest(
        namespace: main, principal: "tester", records: records, content: content,
        destruction: destruction),
      deadline: .now + .seconds(30))
  }

  private func erase(_ subject: Record, _ what: String, _ target: Destruction.Target) async throws {
    let erasure = try record(
      #"{"kind":"erasure","v":1,"subject":"\#(subject.digest)","what":"\#(what)","reason":"law"}"#)
    try await commit([erasure], destruction: Destruction(of: target, subject: subject.digest))
  }

  private func run(_ sql: String) async throws {
    try await pool.withConnection(deadline: .in(.seconds(20))) {
      (connection) throws(PostgresError) in
      try connection.run(sql, deadline: .in(.seconds(20)))
    }
  }

  /// The instant between COMMIT and the checkpoint: the bytes are gone, and nothing is said that is not
  /// signed.
  @Test func erasureThatIsNotSignedYetIsNotNamed() async throws {
    let bytes: [UInt8] = [1, 2, 3]
    let subject = try input(bytes)
    try await commit([subject], content: [SmallContent(bytes: bytes)])
    let statement = EntryStatement(
      namespace: "main", kind: .input, digest: subject.digest, principal: "tester",
      committedAt: "2026-01-01T00:00:00.000000Z", references: [])
    try await erase(subject, "content", .content)
    try await erase(subject, "body", .body(statement: statement, withNonce: false))
    let records = PostgresRecordReader(pool: pool)
    let contents = PostgresContentStorage(pool: pool, uploads: pool)
    for signed in [1, 3] {
      try await run("update log_published set size = \(signed)")
      let read = try #require(try await records.record(subject.digest, in: main))
      #expect(read.isErased)
      #expect(read.body.isEmpty)
      #expect((read.erasure == nil) == (signed == 1))
      let place = try #require(
        try await contents.whereabouts(of: SHA256.digest(of: bytes), in: main))
      #expect(place.state == .erased)
      #expect((place.erasure == nil) == (signed == 1))
    }
    await pool.close()
  }

  @Test func contentThatNothingSignedNamesIsNotFound() async throws {
    let subject = try input([4])
    try await commit([subject])
    let contents = PostgresContentStorage(pool: pool, uploads: pool)
    let digest = SHA256.digest(of: [4])
    #expect(try await contents.whereabouts(of: digest, in: main)?.state == .missing)
    try await run("update log_published set size = 0")
    #expect(try await contents.whereabouts(of: digest, in: main) == nil)
    await pool.close()
  }

  /// An erasure holds the head and asks for all of `content`. An upload that begins a namespace needs
  /// both too, in the same order.
  @Test(arguments: [3, 100_000])
  func erasureAndUploadDoNotWaitForEachOther(size: Int) async throws {
    let uploads = PostgresPool(conninfo: conninfo, workers: 1, maximumWaiters: 10, label: "u")
    let storage = PostgresContentStorage(pool: pool, uploads: uploads)
    let bytes = [UInt8](repeating: 1, count: size)
    let upload = try await storage.beginUpload(in: try #require(Namespace("fresh")))
    try await upload.write(bytes)
    let eraser = PostgresWorker(conninfo: conninfo, label: "eraser")
    try await eraser.run(deadline: .in(.seconds(20)), transaction: .opens) {
      (connection, _) throws(PostgresError) in
      try connection.run("begin", deadline: .in(.seconds(20)))
      try connection.run("select from head for update", deadline: .in(.seconds(20)))
    }
    async let finished = upload.finish(
      digest: SHA256.digest(of: bytes), size: Int64(size), now: Timestamp(microseconds: 1))
    var isWaiting = false
    while !isWaiting {
      try await Task.sleep(for: .milliseconds(20))
      isWaiting = try await pool.withConnection(deadline: .in(.seconds(20))) {
        (connection) throws(PostgresError) in
        try connection.execute(
          Statement(
            "waiting", [],
            """
            select exists (select from pg_stat_activity
              where datname = current_database() and wait_event_type = 'Lock')
            """), deadline: .in(.seconds(20))
        ).bool(0, 0)
      }
    }
    try await eraser.run(deadline: .in(.seconds(20)), transaction: .continues) {
      (connection, _) throws(PostgresError) in
      try connection.run(
        "lock table content in share row exclusive mode", deadline: .in(.seconds(20)))
      try connection.run("commit", deadline: .in(.seconds(20)))
    }
    #expect(try await finished)
    await eraser.close()
    await uploads.close()
    await pool.close()
  }
}
