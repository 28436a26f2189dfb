import Audit
import Glibc
import Records
import StemmaCrypto
import Testing
import TransparencyLog

@Suite struct DumpTests {
  let folder = TemporaryFolder()
  var path: String { folder.path }

  @Test func savedDumpPassesLikeItsSource() async throws {
    var log = try TestLog.valid(900)
    try log.erase(2)
    var source = TestSource(log)
    source.pageLimit = 100
    let saving = try SavingSource(source, to: path)
    #expect(try await audit(saving, key: log.key).isGood)
    let report = try await audit(FolderSource(path), key: log.key)
    #expect(report.isGood, "\(report.findings.kept)")
    #expect(report.records == 901)
  }

  @Test func holesOfADumpAreFound() async throws {
    let log = try TestLog.valid(900)
    _ = try await audit(SavingSource(TestSource(log), to: path), key: log.key)
    #expect(unsafe unlink("\(path)/openings/768.jsonl") == 0)
    let report = try await audit(FolderSource(path), key: log.key)
    #expect(report.findings.firstIndex == 768)
  }

  @Test func dumpThatIsNoFolder() throws {
    #expect(throws: AuditError(.usage, "")) { try FolderSource("/nowhere") }
  }
}

@Suite struct ReceiptCheckTests {
  private func receipt(
    _ log: TestLog, _ index: Int, extra: [UInt8]? = nil, at place: Int? = nil
  ) throws -> [UInt8] {
    let source = TestSource(log)
    let size = Int64(log.items.count)
    let hashes = try proveInclusion(index: Int64(index), size: size) { tile in
      source.files[tile.path].map { bytes in
        stride(from: 0, to: bytes.count, by: 32).compactMap { Digest(bytes: bytes[$0..<$0 + 32]) }
      }
    }
    let item = log.items[index]
    return LogProof(
      extra: extra ?? (item.nonce ?? []) + item.statement.canonicalBytes(),
      index: Int64(place ?? index), hashes: hashes, checkpoint: try SignedNote(parsing: source.note)
    ).formatProof()
  }

  @Test(arguments: [0, 5, 255, 256, 299])
  func receiptProvesItsRecord(index: Int) throws {
    let log = try TestLog.valid(300)
    let key = log.key.verifierKey
    let record = log.items[index].record ?? []
    let check = try ReceiptCheck(receipt(log, index), key: key, record: record)
    #expect(check.index == Int64(index))
    #expect(check.statement == log.items[index].statement)
    #expect(check.checkpoint.size == 300)
    #expect(throws: ReceiptCheck.Refusal.self) {
      try ReceiptCheck(receipt(log, index), key: key, record: record + [0x20])
    }
    #expect(throws: ReceiptCheck.Refusal.self) {
      try ReceiptCheck(receipt(log, index, at: (index + 1) % 300), key: key)
    }
    #expect(throws: ReceiptCheck.Refusal.self) {
      try ReceiptCheck(receipt(log, index), key: testKey("log.example/stemma", 9).verifierKey)
    }
  }

  @Test func everyByteCounts() throws {
    let log = try TestLog.valid(20)
    let good = try receipt(log, 7)
    for position in good.indices {
      var bad = good
      bad[position] ^= 1
      #expect(throws: ReceiptCheck.Refusal.self) {
        try ReceiptCheck(bad, key: log.key.verifierKey)
      }
    }
  }

  @Test func receiptWithoutAStatement() throws {
    let log = try TestLog.valid(20)
    let nonce = try #require(log.items[7].nonce)
    #expect(throws: ReceiptCheck.Refusal.self) {
      try ReceiptCheck(receipt(log, 7, extra: nonce), key: log.key.verifierKey)
    }
  }
}
