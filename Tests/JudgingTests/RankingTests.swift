import Testing

@testable import Judging

@Suite struct RankingTests {
  private func list(_ ids: String, _ scores: [Double]? = nil) -> RankedList {
    RankedList(ids: ids.utf8.map { [$0] }, scores: scores)
  }

  private func judge(_ pairs: [(RankedList, RankedList)], _ type: ComputeType = .bf16) throws
    -> Judgement
  {
    var judge = RankingJudge(
      terms: Terms(compute: type), reference: pairs.count, recomputed: pairs.count)
    for (r, t) in pairs { judge.add(r, t) }
    return try judge.judgement()
  }

  /// Worked by hand from the definition, p = 0.9.
  @Test func overlap() {
    #expect(agree(RankedList.overlap(list("abc"), list("abc")), 1))
    #expect(agree(RankedList.overlap(list("abc"), list("xyz")), 0, 1e-12))
    #expect(agree(RankedList.overlap(list("ab"), list("ba")), 0.81 + 0.1 / 0.9 * 0.81))
    #expect(
      agree(RankedList.overlap(list("ab"), list("a")), 0.5 * 0.81 + 0.1 / 0.9 * (0.9 + 0.405)))
  }

  @Test func scoresFromBothSides() throws {
    // Two envelopes of bf16 are 2^-5 of the largest score.
    let r = list("ab", [1, 0.99])
    #expect(try judge([(r, list("ba", [1.02, 1]))]).verdict == .numericallyEquivalent)
    #expect(try judge([(r, list("ba", [1.03, 1]))]).verdict == .inconclusive)
    // An id that only one side has counts with half of what it lies above the last.
    #expect(
      try judge([(list("abc", [1, 0.9, 0.85]), list("adc", [1, 0.9, 0.85]))]).verdict
        == .numericallyEquivalent)
    #expect(
      try judge([(list("abc", [1, 0.9, 0.8]), list("adc", [1, 0.9, 0.8]))]).verdict
        == .inconclusive)
  }

  @Test func overlapFromBothSides() throws {
    let same = (list("abcdef"), list("abcdef"))
    let tail = (list("abcdef"), list("abcdfe"))
    let top = (list("abcdef"), list("bacdef"))
    let quiet = [(RankedList, RankedList)](repeating: same, count: 58)
    #expect(try judge(quiet + [tail]).verdict == .statisticallyEquivalent)
    let few = try judge(quiet.dropLast() + [tail])
    #expect(few.verdict == .inconclusive && few.need == .init(1, of: .queries))
    let many = [(RankedList, RankedList)](repeating: top, count: 60)
    #expect(try judge(quiet + many).verdict == .divergent)
  }

  @Test func structure() throws {
    #expect(try judge([(list("ab"), list("ab"))]).verdict == .bitIdentical)
    #expect(try judge([(list("ab", [2, 1]), list("aa", [2, 1]))]).flags == [.rowKeys])
    #expect(try judge([(list("ab", [2, 1]), list("ab", [2, .nan]))]).flags == [.nonfinite])
    var judge = RankingJudge(terms: Terms(compute: .bf16), reference: 2, recomputed: 1)
    judge.add(list("a"), list("a"))
    #expect(try judge.judgement().flags == [.truncated])
  }

  @Test func rowsAreAlignedByKey() {
    func keys(_ text: String) -> [[UInt8]] { text.utf8.map { [$0] } }
    func align(_ a: String, _ b: String) -> RowAlignment.Result {
      RowAlignment.align(reference: keys(a), recomputed: keys(b))
    }
    #expect(align("abc", "abc") == .aligned([0, 1, 2], isReordered: false))
    #expect(align("abc", "cab") == .aligned([1, 2, 0], isReordered: true))
    #expect(align("aab", "aba") == .aligned([0, 2, 1], isReordered: true))
    for (a, b) in [("abc", "abd"), ("ab", "abc"), ("abc", "ab"), ("aab", "abb")] {
      guard case .defect(let judgement) = align(a, b) else {
        Issue.record("aligned")
        continue
      }
      #expect(judgement.flags == [.rowKeys])
    }
  }
}
