import Records
import StemmaCrypto
import Testing

@Suite struct ClaimTests {
  static let execution = digest("execution")
  static let view = digest("view")

  @Test func threeKindsMakeClaims() throws {
    var claims: [Kind: [Claim]] = [:]
    for example in Example.all where example.isGood {
      let record = try example.judge()
      if !record.claims.isEmpty { claims[record.kind, default: []] += record.claims }
    }
    #expect(Set(claims.keys) == [.execution, .rank, .output])
    #expect(claims[.execution]?.first == .executionID("6f1c7c1e-2d5a-4c7b-9a51-0d7a9c1f2b3e"))
    #expect(
      claims[.rank]?.contains(.rank(execution: digest("e"), rank: 7, attempt: 3)) == true)
    #expect(
      claims[.output]?.contains(
        .sample(execution: digest("e"), view: digest("v"), sample: "seed-17")) == true)
  }

  @Test func reasonsAreThoseOfTheInterface() {
    #expect(Claim.executionID("").reason == "execution_id_taken")
    #expect(Claim.rank(execution: Self.execution, rank: 0, attempt: 0).reason == "rank_taken")
    #expect(
      Claim.sample(execution: Self.execution, view: Self.view, sample: "0").reason
        == "sample_taken")
  }

  /// Every pair of different claims has different bytes, also where fields are moved, cut or swapped.
  @Test func bytesAreInjective() {
    let digests = [Self.execution, Self.view, digest("x")]
    let numbers: [Int64] = [0, 1, 255, 256, 65_536, 999_999]
    let texts = ["0", "00", "1", "a", "a\0", String(repeating: "s", count: 255)]
    var claims: [Claim] = texts.map { .executionID($0) }
    for a in digests {
      for m in numbers {
        for n in numbers { claims.append(.rank(execution: a, rank: m, attempt: n)) }
      }
      for b in digests {
        for text in texts { claims.append(.sample(execution: a, view: b, sample: text)) }
      }
    }
    #expect(Set(claims).count == claims.count)
    #expect(Set(claims.map { $0.claimBytes() }).count == claims.count)
  }

  /// They are keys in databases.
  @Test func bytesNeverChange() {
    let rank = Claim.rank(execution: Self.execution, rank: 258, attempt: 1)
    let expected =
      Array("stemma/claim/rank\0".utf8) + Self.execution.bytes + [0, 0, 0, 0, 0, 0, 1, 2]
      + [0, 0, 0, 0, 0, 0, 0, 1]
    #expect(rank.claimBytes() == expected)
    let sample = Claim.sample(execution: Self.execution, view: Self.view, sample: "7")
    #expect(
      sample.claimBytes()
        == Array("stemma/claim/sample\0".utf8) + Self.execution.bytes + Self.view.bytes + [0x37])
    #expect(
      Claim.executionID("6f").claimBytes() == Array("stemma/claim/execution\u{0}6f".utf8))
  }
}
