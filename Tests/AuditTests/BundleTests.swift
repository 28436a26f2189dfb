import Audit
import Canonical
import Records
import StemmaCrypto
import Testing
import TransparencyLog

@Suite struct BundleTests {
  @Test func goodBundlePasses() throws {
    let report = try TestBundle.ofAnOutput().check()
    #expect(report.isGood, "\(report.findings.kept)")
    #expect(report.records == 6)
    #expect((report.contents, report.contentBytes, report.contentsAbsent) == (2, 11, 0))
    #expect(report.size == 7)
  }

  /// A header, a record of each make, a piece of content, the end.
  @Test func anyFlippedBitIsFound() throws {
    let bundle = try TestBundle.ofAnOutput()
    for line in [0, 1, 3, 6, 8, 11] {
      for place in stride(from: 0, to: bundle.lines[line].count, by: 5) {
        var bent = bundle
        bent.lines[line][place] ^= 1 << UInt8((line + place) % 8)
        #expect(!bent.check().isGood, "line \(line), byte \(place)")
      }
    }
  }

  @Test func whatIsMissingIsNamed() throws {
    let log = try TestBundle.log()
    let report = try TestBundle(log, of: [1, 2, 3, 4, 5], root: 5).check()
    #expect(report.findings.firstIndex == 2)
    #expect(
      report.findings.kept.map(\.message) == ["it rests on index 0, which is not in the bundle"])
    #expect(try !TestBundle(log, of: [0, 1, 2], root: 5).check().isGood)
  }

  @Test(arguments: 0..<11)
  func aLineLostIsFound(line: Int) throws {
    var bundle = try TestBundle.ofAnOutput()
    #expect(bundle.lines.count == 12)
    bundle.lines.remove(at: line)
    #expect(!bundle.check().isGood)
  }

  @Test func aBundleThatIsCutOffSaysSo() throws {
    let bundle = try TestBundle.ofAnOutput()
    for count in 0..<bundle.lines.count {
      var cut = bundle
      cut.lines.removeLast(bundle.lines.count - count)
      #expect(!cut.check().isGood, "\(count) lines")
    }
  }

  @Test func contentIsHeldAgainstDigestAndSize() throws {
    let log = try TestBundle.log()
    func check(_ contents: [[UInt8]]) throws -> BundleReport {
      try TestBundle(log, of: Array(0...5), root: 5, contents: contents).check()
    }
    #expect(try check([]).contentsAbsent == 2)
    #expect(try check([]).isGood)
    #expect(try !check([Array("nobody names it".utf8)]).isGood)
    var twice = try TestBundle.ofAnOutput()
    twice.lines.insert(contentsOf: twice.lines[7...8], at: 11)
    #expect(!twice.check().isGood)
  }

  @Test func anotherKeyIsNotBelieved() throws {
    let bundle = try TestBundle.ofAnOutput()
    #expect(!bundle.check(key: testKey("log.example/stemma", 2).verifierKey).isGood)
    #expect(!bundle.check(key: testKey("log.example/other", 1).verifierKey).isGood)
    #expect(bundle.check(key: nil).isGood)
  }

  /// The statement keeps the lineage of a record whose body is gone.
  @Test func erasedBodiesStandInLineage() throws {
    let erased = try TestBundle.ofAnOutput(erasing: 0).check()
    // Its content is no longer named by anything.
    #expect(
      erased.findings.kept.map(\.message).allSatisfy { $0.hasPrefix("no record of the bundle") })
    #expect((erased.erased, erased.unopenable) == (1, 0))
    let sealed = try TestBundle.ofAnOutput(erasing: 1, withNonce: true).check()
    #expect(sealed.isGood, "\(sealed.findings.kept)")
    #expect((sealed.erased, sealed.unopenable) == (1, 1))
  }

  /// A statement that nobody can check any more is believed only of a record that was erased so.
  @Test func noStatementIsForgedByCallingItErased() throws {
    let log = try TestBundle.log()
    for erasure in [6, 5] {
      var forged = log
      forged.items[2].statement = .init(
        namespace: "main", kind: .view, digest: log.items[2].statement.digest, principal: "nobody",
        committedAt: log.items[2].statement.committedAt, references: [])
      forged.items[2].record = nil
      forged.items[2].nonce = nil
      forged.items[2].erasedBy = Int64(erasure)
      let report = try TestBundle(forged, of: Array(1...6), root: 5).check()
      #expect(report.findings.firstIndex == 2)
    }
    // An erasure of the body alone left the nonce.
    var half = try TestBundle.log(erasing: 1)
    half.items[1].nonce = nil
    #expect(try TestBundle(half, of: Array(0...7), root: 5).check().findings.firstIndex == 1)
    let whole = try TestBundle.log(erasing: 1, withNonce: true)
    #expect(try TestBundle(whole, of: Array(0...6), root: 5).check().findings.firstIndex == 1)
  }

  /// A statement that was exchanged together with its nonce makes another entry, which is not in the log.
  @Test func anotherStatementIsNotInTheLog() throws {
    var log = try TestBundle.log()
    let honest = log
    log.items[0].statement = .init(
      namespace: "main", kind: .input, digest: log.items[0].statement.digest,
      principal: "somebody else", committedAt: log.items[0].statement.committedAt, references: [])
    log.seal(0)
    var bundle = try TestBundle(log, of: Array(0...5), root: 5)
    bundle.lines[0] = try TestBundle(honest, of: [], root: 5).lines[0]
    #expect(bundle.check().findings.firstIndex == 0)
  }
}
