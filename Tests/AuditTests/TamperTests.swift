import Audit
import Records
import StemmaCrypto
import Testing
import TransparencyLog

/// One thing altered at every index of a log in turn; the audit names that index and no smaller one.
@Suite struct TamperTests {
  enum Alteration: String, CaseIterable, Sendable {
    case body, bodyWithDigest, nonce, principal, namespace, time, kind, target, member, digest
    case noNonce, noRecord, erasedByNobody, entry, entryLength, tile, line, gap, otherIndex, twice
    case unreadable, extraMember
  }

  @Test(arguments: Alteration.allCases)
  func everyIndexIsFound(_ alteration: Alteration) async throws {
    let log = try TestLog.valid(24)
    for index in log.items.indices {
      guard let source = altered(log, index, alteration) else { continue }
      let report = try await audit(source, key: log.key)
      #expect(report.findings.firstIndex == Int64(index), "\(report.findings.kept)")
    }
  }

  private func altered(_ log: TestLog, _ index: Int, _ alteration: Alteration) -> TestSource? {
    var log = log
    var source = TestSource(log)
    let said = log.items[index].statement
    func statement(
      namespace: String? = nil, kind: Kind? = nil, digest: Digest? = nil, principal: String? = nil,
      at: String? = nil, references: [EntryStatement.Reference]? = nil
    ) -> EntryStatement {
      EntryStatement(
        namespace: namespace ?? said.namespace, kind: kind ?? said.kind,
        digest: digest ?? said.digest, principal: principal ?? said.principal,
        committedAt: at ?? said.committedAt, references: references ?? said.references)
    }
    let other = Array(#"{"kind":"context","salt":"0123456789abcdef","v":1}"#.utf8)
    switch alteration {
    case .body: log.items[index].record = other
    case .bodyWithDigest:
      log.items[index].record = other
      log.items[index].statement = statement(
        kind: .context, digest: SHA256.digest(of: other), references: [])
    case .nonce: log.items[index].nonce?[3] ^= 0x10
    case .principal: log.items[index].statement = statement(principal: "admin")
    case .namespace: log.items[index].statement = statement(namespace: "elsewhere")
    case .time: log.items[index].statement = statement(at: "2026-01-01T00:00:00.000000X")
    case .kind: log.items[index].statement = statement(kind: said.kind == .note ? .input : .note)
    case .target:
      guard let first = said.references.first else { return nil }
      var references = said.references
      references[0] = .init(
        member: first.member, role: first.role, target: (first.target + 1) % Int64(index))
      guard references != said.references else { return nil }
      log.items[index].statement = statement(references: references)
    case .member:
      log.items[index].statement = statement(
        references: said.references + [.init(member: "/x", role: nil, target: 0)])
    case .digest: log.items[index].statement = statement(digest: SHA256.digest(of: other))
    case .noNonce: log.items[index].nonce = nil
    case .noRecord: log.items[index].record = nil
    case .erasedByNobody:
      log.items[index].record = nil
      log.items[index].erasedBy = 1000
    case .entry: log.items[index].entry[31] ^= 1
    case .entryLength: log.items[index].entry.append(0)
    case .tile: source.files["tile/0/000.p/24"]?[32 * index] ^= 1
    case .line: source.lines[index].removeLast()
    case .gap: source.lines.remove(at: index)
    case .otherIndex: source.lines[index] = TestSource.line(Int64(index) + 5, log.items[index])
    case .twice: source.lines[index] = source.lines[max(0, index - 1)] + (index == 0 ? [0] : [])
    case .unreadable:
      source.lines[index] = Array(#"{"index":\#(index),"unreadable":"no digest"}"#.utf8)
    case .extraMember:
      source.lines[index] =
        Array(#"{"also":1,"#.utf8) + source.lines[index].dropFirst()
    }
    switch alteration {
    case .tile, .line, .gap, .otherIndex, .twice, .unreadable, .extraMember: return source
    case .entry, .entryLength:
      // The bundle alone: the tile keeps the true hash.
      source.files["tile/entries/000.p/24"] = EntryBundle.encode(log.items.map(\.entry))
      return source
    default:
      source.lines[index] = TestSource.line(Int64(index), log.items[index])
      return source
    }
  }

  @Test func twoRecordsInEachOthersPlace() async throws {
    let log = try TestLog.valid(300)
    for (a, b) in [(0, 1), (20, 21), (30, 290), (298, 299)] {
      var swapped = log
      swapped.items.swapAt(a, b)
      let report = try await audit(source(swapped, signedAs: log), key: log.key)
      #expect(!report.isGood)
      // Its own tiles agree with it: only the root, and what refers to them, tell.
      var tiles = TestSource(log)
      tiles.lines = TestSource(swapped).lines
      #expect(try await audit(tiles, key: log.key).findings.firstIndex == Int64(a))
    }
  }

  /// Everything is altered consistently, up to the root; the signed root remains.
  @Test(arguments: [0, 1, 255, 256, 299])
  func recomputedTreesAreFound(index: Int) async throws {
    let log = try TestLog.valid(300)
    var lie = log
    let said = lie.items[index].statement
    lie.items[index].statement = EntryStatement(
      namespace: said.namespace, kind: said.kind, digest: said.digest, principal: "admin",
      committedAt: said.committedAt, references: said.references)
    lie.seal(index)
    let report = try await audit(source(lie, signedAs: log), key: log.key)
    #expect(report.findings.count == 2, "by both computations")
    #expect(report.findings.kept.allSatisfy { $0.place == .within(0..<300) })
  }

  @Test func lastRecordsDropped() async throws {
    let log = try TestLog.valid(300)
    for dropped in [1, 44, 45, 300] {
      var source = TestSource(log)
      source.lines.removeLast(dropped)
      let report = try await audit(source, key: log.key)
      #expect(report.findings.firstIndex == Int64(300 - dropped))
    }
  }

  /// What `lie` serves under the checkpoint of `log`.
  private func source(_ lie: TestLog, signedAs log: TestLog) -> TestSource {
    var source = TestSource(lie)
    source.note = TestSource(log).note
    return source
  }
}
