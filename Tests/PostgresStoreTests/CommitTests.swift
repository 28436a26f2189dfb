import Postgres
import PostgresStore
import Records
import Signer
import StemmaCrypto
import Store
import StoreFixtures
import Testing

@Suite struct CommitTests {
  private let space = Namespace("main")
  @Sendable private static func now() -> Timestamp {
    Timestamp(microseconds: 1_700_000_000_000_000)
  }

  private func committer(on conninfo: String, _ signer: FileSigner) -> GroupCommitter {
    GroupCommitter(
      ledger: PostgresLedger(conninfo: conninfo), signer: signer, now: Self.now,
      random: { randomBytes($0) })
  }

  /// Not a test of deadlines: all suites run at once, on few cores.
  private var soon: ContinuousClock.Instant { .now + .seconds(600) }

  @Test func concurrentRetriesAreOneRecordEach() async throws {
    let conninfo = try await TestCluster.newDatabase()
    // Two servers on one database.
    let signer = try TestSigner.make()
    let committers = (0..<2).map { _ in committer(on: conninfo, signer) }
    let records = try (0..<50).map(context)
    let requests = records.map { commit([$0]) }
    let deadline = soon
    let indices = try await withThrowingTaskGroup(of: [Int64].self) { group in
      for client in 0..<16 {
        group.addTask {
          var indices: [Int64] = []
          for request in requests {
            let committer = committers[client % 2]
            guard
              case .stored(let answer) = try await committer.commit(request, deadline: deadline)
                .outcome
            else { continue }
            indices += answer.records.map(\.index)
          }
          return indices
        }
      }
      return try await group.reduce(into: [[Int64]]()) { $0.append($1) }
    }
    #expect(indices.count == 16)
    #expect(Set(indices).count == 1, "every client is told the same indices")
    #expect(indices.first.map { $0.sorted() } == Array(0..<50), "no gap, nothing twice")
  }

  /// A recovery has its turn among the commits: its transaction never meets theirs.
  @Test func recoveringAgainDisturbsNoCommit() async throws {
    let committer = committer(on: try await TestCluster.newDatabase(), try TestSigner.make())
    let requests = try (0..<40).map { commit([try context($0)]) }
    let deadline = ContinuousClock.now + .seconds(600)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for request in requests {
        group.addTask { _ = try await committer.commit(request, deadline: deadline) }
        group.addTask { _ = try await committer.recover() }
      }
      try await group.waitForAll()
    }
    #expect(try await committer.recover().size == 40)
  }

  @Test func recordsAndContentAreReadBackAsTheyWere() async throws {
    let conninfo = try await TestCluster.newDatabase()
    let committer = committer(on: conninfo, try TestSigner.make())
    let pool = PostgresPool(conninfo: conninfo, workers: 2, maximumWaiters: 10, label: "t")
    let reader = PostgresRecordReader(pool: pool)
    let namespace = try #require(space)
    let bytes = [UInt8](repeating: 7, count: 60_000)
    let record = try context(1)
    _ = try await committer.commit(
      commit([record], content: [SmallContent(bytes: bytes)]), deadline: soon)
    let stored = try #require(try await reader.record(record.digest, in: namespace))
    #expect(stored.body == record.canonical)
    #expect(stored.index == 0)
    #expect(stored.committedAt == Self.now())
    let contents = PostgresContentStorage(pool: pool, uploads: pool)
    let content = try #require(
      try await contents.content(SHA256.digest(of: bytes), in: namespace))
    #expect(try await contents.read(content, from: 0) == bytes)
    #expect(
      try await reader.record(record.digest, in: try #require(Namespace("other"))) == nil)
    await pool.close()
  }

  /// Batches of unlike sizes, the first on empty tables: whatever the planner thinks of them, a commit
  /// reads by key, so that it costs the same in a store of any size.
  @Test func commitsNeverReadWholeTables() async throws {
    let conninfo = try await TestCluster.newDatabase()
    let ledger = PostgresLedger(conninfo: conninfo)
    let committer = GroupCommitter(
      ledger: ledger, signer: try TestSigner.make(), now: Self.now, random: { randomBytes($0) })
    var number = 0
    for size in [1, 2, 3, 4, 5, 6, 500, 1000, 1, 1, 500] {
      let records = try (number..<number + size).map(context)
      let content = (number..<number + size).map { SmallContent(bytes: Array("\($0)".utf8)) }
      _ = try await committer.commit(commit(records, content: content), deadline: soon)
      number += size
    }
    // A backend's counts are published when it ends, at the latest.
    await ledger.close()
    let worker = PostgresWorker(conninfo: conninfo, label: "t")
    var reads: [String: (whole: Int64, asked: Int64, found: Int64)] = [:]
    for _ in 0..<100 where (reads["content"]?.asked ?? 0) == 0 {
      try await Task.sleep(for: .milliseconds(50))
      reads = try await worker.run(deadline: .in(.seconds(10))) {
        (connection, _) throws(PostgresError) in
        let rows = try connection.execute(
          Statement(
            "reads", [],
            """
            select relname::text, seq_tup_read, idx_scan, idx_tup_fetch from pg_stat_user_tables
            where relname in ('record', 'content')
            """), deadline: .in(.seconds(10)))
        var reads: [String: (Int64, Int64, Int64)] = [:]
        for row in 0..<rows.count {
          reads[try rows.text(row, 0)] = (
            try rows.int64(row, 1), try rows.int64(row, 2), try rows.int64(row, 3)
          )
        }
        return reads
      }
    }
    await worker.close()
    for table in ["record", "content"] {
      let read = try #require(reads[table])
      // The first batch was in a namespace that was not there yet.
      #expect(read.asked >= Int64(number - 1), "\(table) was asked for every key")
      #expect(read.whole == 0, "\(table)")
      // No key was there: at the most its neighbour was looked at.
      #expect(read.found <= read.asked, "\(table)")
    }
  }

  @Test(arguments: [0, 1, 65_536, 65_537, 262_144, 1_000_000])
  func uploadsAreReadBackAsTheyWere(_ size: Int) async throws {
    let conninfo = try await TestCluster.newDatabase()
    let pool = PostgresPool(conninfo: conninfo, workers: 2, maximumWaiters: 10, label: "t")
    let uploads = PostgresPool(conninfo: conninfo, workers: 2, maximumWaiters: 10, label: "u")
    let storage = PostgresContentStorage(pool: pool, uploads: uploads)
    let namespace = try #require(space)
    let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
    let digest = SHA256.digest(of: bytes)
    for expected in [true, false] {
      let upload = try await storage.beginUpload(in: namespace)
      for start in stride(from: 0, to: size, by: 100_000) {
        try await upload.write(Array(bytes[start..<min(start + 100_000, size)]))
      }
      let created = try await upload.finish(
        digest: digest, size: Int64(size), now: Self.now())
      #expect(created == expected)
    }
    let content = try #require(try await storage.content(digest, in: namespace))
    var read: [UInt8] = []
    while read.count < size {
      read += try await storage.read(content, from: Int64(read.count))
    }
    #expect(read == bytes)
    await uploads.close()
    await pool.close()
  }

  @Test func abandonedUploadStoresNothing() async throws {
    let conninfo = try await TestCluster.newDatabase()
    let uploads = PostgresPool(conninfo: conninfo, workers: 1, maximumWaiters: 10, label: "u")
    let storage = PostgresContentStorage(pool: uploads, uploads: uploads)
    let upload = try await storage.beginUpload(in: try #require(space))
    try await upload.write([UInt8](repeating: 1, count: 600_000))
    await upload.abort()
    let chunks = try await uploads.withConnection(deadline: .in(.seconds(5))) {
      (connection) throws(PostgresError) in
      try connection.execute(
        Statement("count", [], "select count(*) from content_chunk"), deadline: .in(.seconds(5))
      ).int64(0, 0)
    }
    #expect(chunks == 0)
    await uploads.close()
  }
}
