import Audit
import Records
import Testing
import TransparencyLog

@Suite struct GoodLogTests {
  @Test(arguments: [
    0, 1, 2, 3, 7, 12, 13, 40, 255, 256, 257, 511, 512, 767, 768, 769, 1537,
  ])
  func goodLogPasses(size: Int) async throws {
    let log = try TestLog.valid(size)
    let report = try await audit(TestSource(log), key: log.key)
    #expect(report.isGood, "\(report.findings.kept)")
    #expect(report.size == Int64(size))
    #expect(report.records == Int64(size))
  }

  @Test func pagesMayEndEarly() async throws {
    let log = try TestLog.valid(100)
    var source = TestSource(log)
    source.pageLimit = 3
    #expect(try await audit(source, key: log.key).isGood)
  }

  @Test func resultDoesNotDependOnWhatIsReadAtOnce() async throws {
    var log = try TestLog.valid(1600)
    log.items[1500].nonce?[0] ^= 1
    for concurrency in [1, 2, 16] {
      let report = try await audit(TestSource(log), key: log.key) { $0.concurrency = concurrency }
      #expect(report.findings.firstIndex == 1500)
      #expect(report.findings.count == 1)
    }
  }

  @Test func importedReferencesPassWhereTheyAreAllowed() async throws {
    var log = try TestLog.valid(12)
    let subject = log.items[3].statement.digest
    try log.add(#"{"kind":"note","note":{"n":1},"subject":"\#(subject)","v":1}"#, in: "guests")
    #expect(try await audit(TestSource(log), key: log.key).findings.firstIndex == 12)
    let report = try await audit(TestSource(log), key: log.key) {
      $0.imports = ["guests": ["main"]]
    }
    #expect(report.isGood)
  }

  @Test func erasedRecordsAreCounted() async throws {
    var log = try TestLog.valid(20)
    try log.erase(2)
    try log.erase(0, withNonce: true)
    let report = try await audit(TestSource(log), key: log.key)
    #expect(report.isGood, "\(report.findings.kept)")
    #expect(report.erased == 2)
    #expect(report.unopenable == 1)
  }

  @Test func aNonceThatWasKeptMayGoLater() async throws {
    var log = try TestLog.valid(20)
    try log.erase(2)
    try log.erase(2, withNonce: true)
    let report = try await audit(TestSource(log), key: log.key)
    #expect(report.isGood, "\(report.findings.kept)")
    #expect(report.unopenable == 1)
  }
}
