import Canonical
import Testing

@testable import Judging

@Suite struct SummaryTests {
  private let terms = Terms(compute: .bf16)

  /// There and back through its text, which is what a later auditor has.
  private func reread(_ summary: Summary) throws -> Summary {
    let bytes = summary.json.canonicalBytes()
    #expect(bytes.count <= 64 << 10)
    return try Summary(JSONDocument(parsing: bytes).root)
  }

  private func summary(
    _ values: [Double], rows: Int, type: OutputType = .tensor, seed: UInt64 = 7
  ) throws -> Summary {
    let form = TensorForm(shape: [rows, values.count / rows], storage: "f8")
    var summarizer = RowSummarizer(type: type, form: form, seed: seed)
    for start in stride(from: 0, to: values.count, by: 999) {
      try summarizer.add(values.span.extracting(start..<min(start + 999, values.count)))
    }
    return try reread(summarizer.summary())
  }

  private func judge(_ r: Summary, _ t: Summary, equal: Bool = false) -> Judgement {
    SummaryJudge.judgement(
      terms: terms, reference: r, recomputed: t, haveEqualContent: equal)
  }

  private func normals(_ count: Int, seed: UInt64 = 1) -> [Double] {
    var draws = NormalDraws(seed: seed)
    return (0..<count).map { _ in draws.next() }
  }

  private func noisy(_ values: [Double], _ noise: Double) -> [Double] {
    var draws = NormalDraws(seed: 2)
    return values.map { $0 + noise * draws.next() }
  }

  @Test func smallTensorsAreKeptWhole() throws {
    let r = normals(40 * 16)
    let close = judge(
      try summary(r, rows: 40), try summary(noisy(r, 1e-3), rows: 40))
    #expect(close.verdict == .numericallyEquivalent && close.flags.contains(.fromSummaries))
  }

  @Test func aSampleShowsNoMoreThanASample() throws {
    let r = normals(300 * 16)
    let close = judge(
      try summary(r, rows: 300), try summary(noisy(r, 1e-3), rows: 300))
    #expect(close.verdict == .statisticallyEquivalent)
    let far = judge(try summary(r, rows: 300), try summary(noisy(r, 5e-2), rows: 300))
    #expect(far.verdict == .divergent)
  }

  @Test func projectionsKnowLengths() throws {
    let r = normals(100 * 300)
    func verdict(_ noise: Double) throws -> Verdict {
      judge(try summary(r, rows: 100), try summary(noisy(r, noise), rows: 100)).verdict
    }
    #expect(try verdict(1e-3) == .statisticallyEquivalent)
    #expect(try verdict(1.6e-2) == .inconclusive)
    #expect(try verdict(4e-2) == .divergent)
    let one = try summary(r, rows: 100)
    guard case .rows(let rows) = one.content else { return }
    let strata = Strata(items: 100, at: 96, seed: 7)
    // The mean ratio of squared lengths is 1: projections are unbiased.
    let ratios = strata.items.enumerated().map { place, row in
      let kept = rows.values[place * 64..<(place + 1) * 64].reduce(0.0) {
        $0 + Double($1) * Double($1)
      }
      return kept / r[row * 300..<(row + 1) * 300].reduce(0) { $0 + $1 * $1 }
    }
    #expect((Moments(ratios).mean - 1).magnitude < 0.06)
    #expect(Moments(ratios).deviation < 0.25)
  }

  @Test func structure() throws {
    let r = normals(20)
    var sick = r
    sick[3] = .nan
    #expect(judge(try summary(r, rows: 5), try summary(r, rows: 4)).flags.contains(.shape))
    #expect(judge(try summary(r, rows: 5), try summary(sick, rows: 5)).flags.contains(.nonfinite))
    let both = judge(try summary(sick, rows: 5), try summary(sick, rows: 5))
    #expect(both.flags.contains(.nonfinitePresent))
    #expect(
      judge(try summary(r, rows: 5), try summary(r, rows: 5, seed: 8)).verdict == .notComparable)
    let equal = judge(try summary(r, rows: 5), try summary(r, rows: 5), equal: true)
    #expect(equal.verdict == .bitIdentical && equal.flags == [.fromSummaries])
  }

  @Test func probabilities() throws {
    func rows(_ count: Int, _ classes: Int, _ shift: Double) -> [Double] {
      (0..<count).flatMap { _ in
        (0..<classes).map { 1 / Double(classes) + ($0 == 0 ? shift : $0 == 1 ? -shift : 0) }
      }
    }
    func verdict(_ classes: Int, _ shift: Double) throws -> Verdict {
      let type = OutputType.probabilities
      return judge(
        try summary(rows(90, classes, 0), rows: 90, type: type),
        try summary(rows(90, classes, shift), rows: 90, type: type)
      ).verdict
    }
    // 90 rows cannot show a share of 1 %.
    #expect(try verdict(4, 1e-3) == .inconclusive)
    #expect(try verdict(4, 0.02) == .divergent)
    #expect(try verdict(100, 1e-4) == .inconclusive)
  }

  @Test func labelsNumbersAndPrints() throws {
    func labels(_ flips: Int) throws -> Summary {
      let all = (0..<10_000).map { i in
        let isFlip = i % 100 < flips
        return Int32(i % 3) + (isFlip ? 1 : 0)
      }
      return try reread(.labels(all, seed: 1))
    }
    #expect(judge(try labels(0), try labels(0)).verdict == .statisticallyEquivalent)
    #expect(judge(try labels(0), try labels(5)).verdict == .divergent)
    let numbers = try #require(Summary.scalars([1, .nan, -0.0], seed: 1))
    let again = try reread(numbers)
    #expect(judge(numbers, again).verdict == .numericallyEquivalent)
    #expect(Summary.scalars(normals(2049), seed: 1) == nil)
    func prints(_ last: UInt64) throws -> Summary {
      try reread(.prints([UInt64](repeating: .max, count: 99) + [last], type: .text, seed: 1))
    }
    #expect(judge(try prints(1), try prints(1)).verdict == .statisticallyEquivalent)
    let other = judge(try prints(1), try prints(2))
    #expect(other.verdict == .inconclusive && other.flags.contains(.noEvidence))
  }

  @Test func strataCoverEverything() {
    for total in [0, 1, 95, 96, 97, 1000, 12_345] {
      let strata = Strata(items: total, at: 96, seed: 3)
      #expect(strata.items.count == min(total, 96) && strata.isComplete == (total <= 96))
      for (part, item) in strata.items.enumerated() where total > 96 {
        #expect((part * total / 96..<(part + 1) * total / 96).contains(item))
      }
    }
  }

  @Test(arguments: [
    "{}", #"{"v":2}"#,
    #"{"v":1,"type":"labels","items":2,"seed":"0000000000000000","labels":"00"}"#,
    #"{"v":1,"type":"labels","items":1,"seed":"0000000000000000","labels":"0000000G"}"#,
    #"{"v":1,"type":"scalars","items":1,"seed":"00","numbers":"0000000000000000"}"#,
    #"{"v":1,"type":"scalars","items":9999,"seed":"0000000000000000","numbers":""}"#,
    """
    {"v":1,"type":"tensor","items":1,"seed":"0000000000000000","shape":[1,1],"storage":"f4",
    "nonfinite":[0,0,0],"rows":"7fc00000"}
    """,
    """
    {"v":1,"type":"tensor","items":1,"seed":"0000000000000000","shape":[1,-1],"storage":"f4",
    "nonfinite":[0,0,0],"rows":""}
    """,
    """
    {"v":1,"type":"tensor","items":4294967296,"seed":"0000000000000000",
    "shape":[4294967296,4294967296],"storage":"f4","nonfinite":[0,0,0],"rows":""}
    """,
  ])
  func whatIsNoSummaryIsRefused(text: String) throws {
    let node = try JSONDocument(parsing: Array(text.utf8)).root
    #expect(throws: JudgingError(.summary, "")) { try Summary(node) }
  }
}
