import Audit
import Records
import StemmaCrypto
import Synchronization
import Testing
import TransparencyLog

/// Content that a source hands out beside a log.
@Suite struct ContentTests {
  /// Says what it is told to; of any other content that nobody brought it.
  private struct Content: ContentSource {
    var answers: [String: ServedContent] = [:]

    func content(
      _ digest: Digest, in namespace: String
    ) async throws(AuditError) -> ServedContent { answers["\(namespace) \(digest)"] ?? .absent }
  }

  /// Shows the first `size` entries when it is asked for a checkpoint the first time, and then all.
  private struct Growing: AuditSource {
    let first: TestSource
    let last: TestSource
    let asked = Asked()

    final class Asked: Sendable {
      let isFirst = Mutex(true)
    }

    func checkpoint() async throws(AuditError) -> Served {
      let isFirst = asked.isFirst.withLock { isFirst in
        defer { isFirst = false }
        return isFirst
      }
      return try await isFirst ? first.checkpoint() : last.checkpoint()
    }

    func tile(_ tile: Tile) async throws(AuditError) -> Served {
      let served = try await last.tile(tile)
      return try await served == .absent("not found") ? first.tile(tile) : served
    }

    func entries(_ bundle: EntryBundle) async throws(AuditError) -> Served {
      let served = try await last.entries(bundle)
      return try await served == .absent("not found") ? first.entries(bundle) : served
    }

    func openings(from index: Int64, limit: Int) async throws(AuditError) -> Served {
      try await last.openings(from: index, limit: limit)
    }
  }

  private let data = SHA256.digest(of: Array("data".utf8))

  /// Adds an erasure of the content of a record.
  private func erase(contentOf subject: Int, in log: inout TestLog) throws -> Digest {
    let digest = log.items[subject].statement.digest
    let erasure = try log.add(
      #"{"kind":"erasure","reason":"law","subject":"\#(digest)","v":1,"what":"content"}"#)
    return try #require(Digest(parsing: erasure))
  }

  private func check(
    _ log: TestLog, _ source: any AuditSource, _ content: Content, patience: Duration = .zero
  ) async throws -> AuditReport {
    try await audit(source, key: log.key) {
      $0.content = content
      $0.patience = patience
    }
  }

  @Test func eachContentIsAskedForOnce() async throws {
    var log = try TestLog.valid(20)
    try log.add(
      #"{"content":{"digest":"\#(data)","mediaType":"text/csv","size":1},"kind":"input","v":1}"#)
    let content = Content(answers: ["main \(data)": .bytes(data, size: 4)])
    let report = try await check(log, TestSource(log), content)
    #expect(report.isGood, "\(report.findings.kept)")
    let count = try #require(report.content)
    #expect((count.checked, count.bytes, count.absent, count.erased) == (1, 4, 2, 0))
  }

  @Test(
    arguments: [
      (.bytes(SHA256.digest(of: [1]), size: 1), "is served with bytes that hash to"),
      (.damaged("500"), "cannot be had"), (.erased(by: nil), "by no record that the log has"),
      (.erased(by: SHA256.digest(of: [2])), "by no record that the log has"),
    ] as [(ServedContent, String)])
  func otherAnswersAreFindings(served: ServedContent, message: String) async throws {
    let log = try TestLog.valid(20)
    let report = try await check(
      log, TestSource(log), Content(answers: ["main \(data)": served]))
    #expect(report.findings.kept.map(\.place) == [.index(0)])
    #expect(report.findings.kept.first?.message.contains(message) == true)
  }

  /// Records that an earlier run found good are not read again, but for this.
  @Test func everyRunLooksAtAllContent() async throws {
    let log = try TestLog.valid(20)
    let folder = TemporaryFolder()
    var options = AuditOptions(key: log.key.verifierKey)
    for content in [nil, Content(answers: ["main \(data)": .damaged("500")])] {
      options.content = content
      for _ in 0..<2 {
        let report = try await Auditor(
          TestSource(log), options, folder: StateFolder(folder.path)
        ).run()
        #expect(report.isGood == (content == nil))
      }
    }
  }

  @Test func erasedContentIsNotServed() async throws {
    var log = try TestLog.valid(20)
    let erasure = try erase(contentOf: 0, in: &log)
    let erased = Content(answers: ["main \(data)": .erased(by: erasure)])
    let report = try await check(log, TestSource(log), erased)
    #expect(report.isGood, "\(report.findings.kept)")
    #expect(report.content?.erased == 1)
    let served = Content(answers: ["main \(data)": .bytes(data, size: 4)])
    #expect(try await check(log, TestSource(log), served).findings.firstIndex == 0)
    let model = SHA256.digest(of: Array("model".utf8))
    let other = Content(answers: ["main \(model)": .erased(by: erasure)])
    #expect(try await check(log, TestSource(log), other).findings.firstIndex == 1)
  }

  /// Then nothing says what the erasure destroyed, and it is taken at its word.
  @Test func theBodyOfWhatWasErasedCanBeGoneToo() async throws {
    var log = try TestLog.valid(20)
    try log.add(
      #"{"content":{"digest":"\#(data)","mediaType":"text/csv","size":1},"kind":"input","v":1}"#)
    let erasure = try erase(contentOf: 0, in: &log)
    try log.erase(0)
    let erased = Content(answers: ["main \(data)": .erased(by: erasure)])
    let report = try await check(log, TestSource(log), erased)
    #expect(report.isGood, "\(report.findings.kept)")
  }

  @Test func anErasureSinceTheCheckpointIsWalkedTo() async throws {
    var log = try TestLog.valid(20)
    let erasure = try erase(contentOf: 0, in: &log)
    let erased = Content(answers: ["main \(data)": .erased(by: erasure)])
    let growing = Growing(first: TestSource(log, size: 20), last: TestSource(log))
    let report = try await check(log, growing, erased, patience: .seconds(60))
    #expect(report.isGood, "\(report.findings.kept)")
    #expect(report.size == 21)
    #expect(report.content?.erased == 1)
  }
}
