import Audit
import Glibc
import Records
import StemmaCrypto
import Testing
import TransparencyLog

/// What an auditor keeps, and what it holds the next checkpoint against.
@Suite struct CheckpointTests {
  let folder = TemporaryFolder()
  var path: String { folder.path }

  private func run(
    _ source: TestSource, _ log: TestLog, _ change: (inout AuditOptions) -> Void = { _ in }
  ) async throws -> AuditReport {
    var options = AuditOptions(key: log.key.verifierKey)
    options.blocksPerSave = 2
    change(&options)
    return try await Auditor(source, options, folder: StateFolder(path)).run()
  }

  @Test func onlyTheConfiguredLogIsBelieved() async throws {
    let log = try TestLog.valid(5)
    let other = testKey("log.example/stemma", 2)
    for source in [
      TestSource(log, key: other), TestSource(log, key: testKey("elsewhere", 1)),
      TestSource(log, origin: "elsewhere"),
    ] {
      let report = try await audit(source, key: log.key)
      #expect(report.findings.kept.map(\.place) == [.log])
      #expect(report.records == 0)
    }
    var unsigned = TestSource(log)
    unsigned.note = Array("nothing".utf8)
    #expect(try await !audit(unsigned, key: log.key).isGood)
  }

  @Test func growingLogIsReadOnce() async throws {
    let log = try TestLog.valid(1000)
    for size in [0, 1, 12, 13, 256, 300, 768, 769, 1000] {
      let source = TestSource(log, size: size)
      let report = try await run(source, log)
      #expect(report.isGood, "\(size): \(report.findings.kept)")
      #expect(report.from + report.records == Int64(size))
    }
    #expect(try await run(TestSource(log), log).records == 0)
    let full = try await run(TestSource(log), log) { $0.isFull = true }
    #expect(full.isGood && full.records == 1000)
    #expect(try await run(TestSource(log), log).records == 0)
    #expect(try await run(TestSource(log), log) { $0.isFresh = true }.records == 1000)
  }

  @Test func rollbackShowsBothNotes() async throws {
    let log = try TestLog.valid(300)
    let (old, new) = (TestSource(log, size: 200), TestSource(log))
    #expect(try await run(new, log).isGood)
    let report = try await run(old, log)
    #expect(report.findings.kept.map(\.place) == [.within(200..<300)])
    #expect(report.conflict?.kept == new.note)
    #expect(report.conflict?.shown == old.note)
    #expect(try await run(new, log).isGood, "what was kept is still the newest")
  }

  @Test(arguments: [300, 301, 600])
  func forkShowsBothNotes(size: Int) async throws {
    let log = try TestLog.valid(300)
    #expect(try await run(TestSource(log), log).isGood)
    var fork = try TestLog.valid(600)
    fork.items.removeLast(600 - size)
    let said = fork.items[100].statement
    fork.items[100].statement = .init(
      namespace: said.namespace, kind: said.kind, digest: said.digest, principal: "other",
      committedAt: said.committedAt, references: said.references)
    fork.seal(100)
    let forked = TestSource(fork)
    let report = try await run(forked, log)
    #expect(report.conflict?.kept == TestSource(log).note)
    #expect(report.conflict?.shown == forked.note)
    #expect(try await run(TestSource(log), log).isGood, "the fork was not kept")
  }

  /// Everything is altered consistently, also the signature: only what was kept tells, and tells where.
  @Test func fullAuditNamesWhatChangedSinceTheLast() async throws {
    let log = try TestLog.valid(300)
    #expect(try await run(TestSource(log), log).isGood)
    var lie = log
    lie.items[77].nonce?[0] ^= 1
    lie.seal(77)
    var source = TestSource(lie)
    source.note = TestSource(log).note
    let report = try await run(source, log) { $0.isFull = true }
    #expect(report.findings.firstIndex == 77)
    #expect(try await run(TestSource(log), log) { $0.isFull = true }.isGood)
  }

  @Test func interruptedRunGoesOn() async throws {
    let log = try TestLog.valid(768 * 3 + 10)
    var source = TestSource(log)
    source.failsFrom = 768 * 2
    await #expect(throws: AuditError(.unavailable, "")) { try await run(source, log) }
    source.failsFrom = .max
    let report = try await run(source, log)
    #expect(report.isGood)
    #expect(report.from == 768 * 2)
    source.failsFrom = 768 * 2
    await #expect(throws: AuditError(.unavailable, "")) {
      try await run(source, log) { $0.isFull = true }
    }
    source.failsFrom = .max
    #expect(try await run(source, log) { $0.isFull = true }.from == 768 * 2)
  }

  @Test func emptyAnswerIsNoSuccess() async throws {
    let log = try TestLog.valid(20)
    var source = TestSource(log)
    for from in [0, 7] as [Int64] {
      source.pageLimit = 7
      source.emptyFrom = from
      #expect(try await audit(source, key: log.key).findings.firstIndex == from)
    }
  }

  @Test func erasureBeyondTheCheckpointIsWalkedTo() async throws {
    var log = try TestLog.valid(20)
    try log.erase(3)
    let report = try await run(TestSource(log, size: 20), log)
    #expect(report.findings.kept.map(\.place) == [.index(3)])
    #expect(try await run(TestSource(log), log).isGood)
  }

  @Test func stateBelongsToOneAuditAtATime() async throws {
    let first = try StateFolder(path)
    #expect(throws: AuditError(.state, "")) { try StateFolder(path) }
    withExtendedLifetime(first) {}
  }

  @Test(arguments: ["state", "records.0"])
  func damagedStateIsNotBelieved(file: String) async throws {
    let log = try TestLog.valid(20)
    #expect(try await run(TestSource(log), log).isGood)
    let descriptor = unsafe open("\(path)/\(file)", O_WRONLY)
    #expect(unsafe pwrite(descriptor, "X", 1, 40) == 1)
    close(descriptor)
    await #expect(throws: AuditError(.state, "")) { try await run(TestSource(log), log) }
  }
}
