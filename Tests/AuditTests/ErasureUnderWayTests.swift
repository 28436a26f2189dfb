import Audit
import Synchronization
import Testing
import TransparencyLog

/// A body is gone from the COMMIT of its erasure on; the checkpoint that covers the erasure comes after it.
@Suite struct ErasureUnderWayTests {
  /// Its last record, an erasure, is signed when the checkpoint has been asked for often enough.
  private struct Source: AuditSource {
    let unsigned: TestSource
    let signed: TestSource
    let asks: Int
    let asked = Counter()

    final class Counter: Sendable {
      let count = Mutex(0)
    }

    init(_ log: TestLog, signedAfter asks: Int) {
      unsigned = TestSource(log, size: log.items.count - 1)
      signed = TestSource(log)
      self.asks = asks
    }

    func checkpoint() async throws(AuditError) -> Served {
      let isSigned = asked.count.withLock { count in
        count += 1
        return count > asks
      }
      return try await isSigned ? signed.checkpoint() : unsigned.checkpoint()
    }

    func tile(_ tile: Tile) async throws(AuditError) -> Served {
      let served = try await signed.tile(tile)
      return try await served == .absent("not found") ? unsigned.tile(tile) : served
    }

    func entries(_ bundle: EntryBundle) async throws(AuditError) -> Served {
      let served = try await signed.entries(bundle)
      return try await served == .absent("not found") ? unsigned.entries(bundle) : served
    }

    func openings(from index: Int64, limit: Int) async throws(AuditError) -> Served {
      try await signed.openings(from: index, limit: limit)
    }
  }

  private func log() throws -> TestLog {
    var log = try TestLog.valid(20)
    try log.erase(2)
    return log
  }

  @Test func itsCheckpointIsWaitedFor() async throws {
    let log = try log()
    let report = try await audit(Source(log, signedAfter: 4), key: log.key) {
      $0.patience = .seconds(60)
    }
    #expect(report.isGood, "\(report.findings.kept)")
    #expect(report.size == 21)
    #expect(report.erased == 1)
  }

  @Test func anErasureThatIsNeverSignedIsNone() async throws {
    let log = try log()
    let report = try await audit(Source(log, signedAfter: .max), key: log.key) {
      $0.patience = .milliseconds(300)
    }
    #expect(
      report.findings.kept == [
        Finding(.index(2), "it is said to be erased by 20, which no checkpoint covers")
      ])
  }

  @Test(arguments: [true, false])
  func aSnapshotIsToldElsewhere(isCovered: Bool) async throws {
    let log = try log()
    let report = try await audit(Source(log, signedAfter: .max), key: log.key) {
      $0.patience = .seconds(600)
      $0.isCovered = { size in isCovered && size == 21 }
    }
    #expect(report.isGood == isCovered)
    #expect(report.size == 20)
  }
}
