import Canonical
import Testing

@testable import Judging

@Suite struct TensorTests {
  private func judge(
    _ r: [Double], _ t: [Double], rows: Int, terms: Terms, cut: Int = 1 << 20
  ) throws -> Judgement {
    let form = TensorForm(shape: [rows, r.count / max(rows, 1)], storage: "f8")
    var judge = TensorJudge(terms: terms, reference: form, recomputed: form)
    for start in stride(from: 0, to: r.count, by: cut) {
      let range = start..<min(start + cut, r.count)
      try judge.add(r.span.extracting(range), t.span.extracting(range))
    }
    return try judge.judgement()
  }

  /// Rows of standard normals, and the same with noise of relative size `noise` and a shift.
  private func pair(
    rows: Int, width: Int, noise: Double, shift: Double = 0, seed: UInt64 = 1
  ) -> (r: [Double], t: [Double]) {
    var normal = NormalDraws(seed: seed)
    let r = (0..<rows * width).map { _ in normal.next() }
    let t = r.map { $0 + noise * normal.next() + shift }
    return (r, t)
  }

  @Test func statisticsAreNumPys() throws {
    for row in reference["tensor"]?.elements.map(\.self) ?? [] {
      let r = (row["r"]?.numbers ?? []).map { Float($0) }
      let t = (row["t"]?.numbers ?? []).map { Float($0) }
      let width = Int(row["dim"]?.integer ?? 0)
      let form = TensorForm(shape: [r.count / width, width], storage: "f4")
      var judge = TensorJudge(terms: Terms(compute: .fp32), reference: form, recomputed: form)
      try judge.add(r.span, t.span)
      try judge.finish()
      #expect(agree(judge.drifts.largest, row["max"]?.double ?? .nan))
      #expect(agree(judge.drifts.largestElement, row["element"]?.double ?? .nan))
      let estimate = try #require(judge.common.estimate(), "too few rows")
      #expect(agree(estimate.square, row["u2"]?.double ?? .nan))
      #expect(agree(estimate.standardError, row["se"]?.double ?? .nan))
    }
  }

  /// A common drift of exactly the margin, beneath noise of which few directions have most: at most 5 % of
  /// samples may show it to be less. The jackknife alone does so in 15 %.
  @Test func upperLimitOfTheCommonDriftHolds() throws {
    var normal = NormalDraws(seed: 23)
    let (rows, width, size) = (59, 8, 0.2)
    let scales = (1...width).map { 1 / Double(1 << $0).squareRoot() }
    var below = 0
    for _ in 0..<300 {
      var common = CommonDrift(width: width)
      for row in 0..<rows {
        let values = scales.enumerated().map { ($0 == 0 ? size : 0) + $1 * normal.next() }
        common.add(values, weight: 1, row: row)
      }
      let estimate = try #require(common.estimate(), "too few rows")
      if estimate.upperLimit(level: 0.05) < size { below += 1 }
    }
    #expect(below <= 25, "\(below) of 300")
  }

  @Test func cutsDoNotMatter() throws {
    let (r, t) = pair(rows: 70, width: 37, noise: 1e-3)
    let whole = try judge(r, t, rows: 70, terms: Terms(compute: .bf16))
    let long = try judge(r, t, rows: 70, terms: Terms(compute: .bf16), cut: 370)
    #expect(whole == long)
    let ragged = try judge(r, t, rows: 70, terms: Terms(compute: .bf16), cut: 13)
    #expect(ragged.verdict == whole.verdict)
    for (a, b) in zip(ragged.tests, whole.tests) { #expect(agree(a.statistic, b.statistic, 1e-12)) }
  }

  @Test func equalBytesAreIdentical() throws {
    let (r, _) = pair(rows: 5, width: 3, noise: 0)
    #expect(try judge(r, r, rows: 5, terms: Terms(compute: .fp32)) == Judgement(.bitIdentical))
    #expect(try judge([], [], rows: 0, terms: Terms(compute: .fp32)).verdict == .bitIdentical)
  }

  @Test func zerosOfTwoSignsAreNumericallyEquivalent() throws {
    let judgement = try judge([0, 1], [-0.0, 1], rows: 1, terms: Terms(compute: .fp32))
    #expect(judgement.verdict == .numericallyEquivalent)
  }

  @Test func anotherStoredTypeIsNotIdentical() throws {
    let r = TensorForm(shape: [2, 1], storage: "f4")
    let t = TensorForm(shape: [2, 1], storage: "bf16")
    var judge = TensorJudge(terms: Terms(compute: .bf16), reference: r, recomputed: t)
    try judge.add(([1, 2] as [Float]).span, ([1, 2] as [Float]).span)
    let judgement = try judge.judgement()
    #expect(judgement.verdict == .numericallyEquivalent)
    #expect(judgement.flags.contains(.dtypeChanged))
  }

  /// Each compute type from both sides of its envelope. One row, so that only the drift decides.
  @Test(arguments: [
    ("fp64", 1e-12), ("fp32", 1e-5), ("tf32", 0x1p-9), ("fp16", 0x1p-9), ("bf16", 0x1p-6),
  ])
  func envelopeFromBothSides(name: String, tau: Double) throws {
    let terms = Terms(compute: ComputeType(named: name))
    let r = [3.0, 4, 0, 0]
    for (factor, verdict) in [
      (0.99, Verdict.numericallyEquivalent), (1.02, .inconclusive),
    ] {
      var t = r
      t[2] = factor * tau * 5
      let judgement = try judge(r, t, rows: 1, terms: terms)
      #expect(judgement.verdict == verdict, "\(name) \(factor)")
    }
  }

  @Test func aComputeTypeWithoutEnvelopeIsNeverNumericallyEquivalent() throws {
    let (r, t) = pair(rows: 100, width: 8, noise: 1e-6)
    let terms = Terms(compute: ComputeType(named: "fp8_e4m3"))
    #expect(try judge(r, t, rows: 100, terms: terms).verdict == .statisticallyEquivalent)
  }

  @Test func oneElementMayNotHideInALongRow() throws {
    var (r, t) = pair(rows: 1, width: 4000, noise: 0)
    r[0] = 0
    t = r
    let size = r.reduce(0) { $0 + $1 * $1 }.squareRoot()
    t[7] += 0.5e-5 * size
    #expect(try judge(r, t, rows: 1, terms: Terms(compute: .fp32)).verdict == .inconclusive)
  }

  @Test func aCommonDirectionIsASystematicShift() throws {
    let width = 64
    let clean = pair(rows: 64, width: width, noise: 5e-3)
    let terms = Terms(compute: .bf16)
    let honest = try judge(clean.r, clean.t, rows: 64, terms: terms)
    #expect(honest.verdict == .numericallyEquivalent)
    let shifted = pair(rows: 64, width: width, noise: 5e-3, shift: 1.5e-3)
    let edited = try judge(shifted.r, shifted.t, rows: 64, terms: terms)
    #expect(edited.flags.contains(.systematicShift))
    #expect(edited.verdict == .statisticallyEquivalent)
    // Two compute types: four times as much is allowed.
    let mixed = Terms(compute: .bf16, computeDiffers: true)
    let judgement = try judge(shifted.r, shifted.t, rows: 64, terms: mixed)
    #expect(judgement.verdict == .numericallyEquivalent)
  }

  /// Every row is within its margin; only what they have in common decides.
  @Test func theCommonDriftFromBothSides() throws {
    func judgement(_ shift: Double) throws -> Judgement {
      let (r, t) = pair(rows: 200, width: 16, noise: 6e-3, shift: shift)
      return try judge(r, t, rows: 200, terms: Terms(compute: .fp32))
    }
    #expect(try judgement(2.5e-3).verdict == .statisticallyEquivalent)
    let near = try judgement(3.9e-3)
    #expect(near.verdict == .inconclusive && near.need?.of == .items)
    let far = try judgement(6e-3)
    #expect(far.verdict == .divergent)
    #expect(far.test("row_drift.share")?.interval?.upperBound ?? 1 <= 0.05)
  }

  @Test func equivalenceIsShownByEnoughRows() throws {
    let terms = Terms(compute: .fp32)
    let (r, t) = pair(rows: 59, width: 16, noise: 5e-3)
    let shown = try judge(r, t, rows: 59, terms: terms)
    #expect(shown.verdict == .statisticallyEquivalent)
    #expect(shown.flags.contains(.unexplainedDrift))
    let short = try judge(
      Array(r.prefix(58 * 16)), Array(t.prefix(58 * 16)), rows: 58, terms: terms)
    #expect(short.verdict == .inconclusive)
    #expect(short.need == .init(1, of: .items))
  }

  @Test func oneGrossRowIsDivergent() throws {
    let terms = Terms(compute: .bf16)
    var (r, t) = pair(rows: 160, width: 4, noise: 1e-3)
    (r[0], r[1], r[2], r[3]) = (2, 0, 0, 0)
    (t[0], t[1], t[2], t[3]) = (2, 2 * 0.159, 0, 0)
    #expect(try judge(r, t, rows: 160, terms: terms).verdict == .statisticallyEquivalent)
    t[1] = 2 * 0.161
    let judgement = try judge(r, t, rows: 160, terms: terms)
    #expect(judgement.verdict == .divergent)
    #expect(judgement.findings.contains { $0.contains("row 0") })
  }

  @Test func tooManyDriftingRowsAreDivergent() throws {
    let terms = Terms(compute: .fp32)
    let (r, t) = pair(rows: 200, width: 16, noise: 3e-2)
    #expect(try judge(r, t, rows: 200, terms: terms).verdict == .divergent)
  }

  @Test func shapes() throws {
    let terms = Terms(compute: .fp32)
    let r = TensorForm(shape: [3, 2], storage: "f4")
    func judgement(_ shape: [Int], _ values: [Float]) throws -> Judgement {
      let form = TensorForm(shape: shape, storage: "f4")
      var judge = TensorJudge(terms: terms, reference: r, recomputed: form)
      try judge.add(
        ([1, 2, 3, 4, 5, 6] as [Float]).span.extracting(first: values.count), values.span)
      return try judge.judgement()
    }
    #expect(try judgement([2, 2], [1, 2, 3, 4]).flags == [.truncated])
    #expect(try judgement([0, 2], []).flags == [.truncated])
    #expect(try judgement([2, 2], [1, 2, 3, 5]).flags == [.shape])
    #expect(try judgement([4, 2], []).flags == [.shape])
    #expect(try judgement([2, 3], []).flags == [.shape])
    #expect(try judgement([6], []).verdict == .divergent)
    #expect(throws: JudgingError(.blocks, "")) { try judgement([3, 2], [1]) }
  }

  @Test func permutedRowsAreNamed() throws {
    let terms = Terms(compute: .fp32)
    let (r, _) = pair(rows: 6, width: 3, noise: 0)
    let t = Array(r[3...] + r[..<3])
    let judgement = try judge(r, t, rows: 6, terms: terms)
    #expect(judgement.verdict == .divergent && judgement.flags.contains(.rowsPermuted))
  }

  @Test func nonfiniteMasks() throws {
    let terms = Terms(compute: .fp32)
    let sick: [Double] = [1, .nan, .infinity, -.infinity, 2, 3]
    let same = try judge(sick, sick, rows: 2, terms: terms)
    #expect(same.verdict == .bitIdentical && same.flags == [.nonfinitePresent])
    var other = sick
    other[1] = -Double.nan
    other[4] = 2 + 1e-7
    let close = try judge(sick, other, rows: 2, terms: terms)
    #expect(close.verdict == .numericallyEquivalent && close.flags.contains(.nonfinitePresent))
    for (place, value) in [(1, 0.0), (2, -Double.infinity), (3, .nan), (0, .nan), (5, .infinity)] {
      var bad = sick
      bad[place] = value
      #expect(try judge(sick, bad, rows: 2, terms: terms).flags.contains(.nonfinite), "\(place)")
    }
  }

  @Test func enormousElementsDoNotOverflow() throws {
    let terms = Terms(compute: .fp32)
    let r = (0..<2000).map { $0 == 1999 ? 1e300 : 1.0 }
    var t = r
    t[1999] *= 1 + 1e-6
    let close = try judge(r, t, rows: 1, terms: terms)
    #expect(agree(close.test("row_drift.max")?.statistic ?? 0, 1e-6, 1e-6))
    t[1999] = -1e300
    let far = try judge(r, t, rows: 1, terms: terms)
    #expect(far.verdict == .divergent && agree(far.test("row_drift.max")?.statistic ?? 0, 2))
  }

  @Test func rowsOfAlmostNothingHaveAFloor() throws {
    let terms = Terms(compute: .bf16)
    var (r, t) = pair(rows: 64, width: 4, noise: 1e-3)
    for i in 0..<4 { (r[i], t[i]) = (0, 1e-5) }
    let judgement = try judge(r, t, rows: 64, terms: terms)
    #expect(judgement.verdict == .numericallyEquivalent)
    for i in 0..<4 { t[i] = 1e-3 }
    #expect(try judge(r, t, rows: 64, terms: terms).verdict == .divergent)
  }

  /// A sketch of long rows finds the same common drift, to its own noise.
  @Test func sketchedRowsKeepTheCommonDrift() throws {
    let (r, t) = pair(rows: 64, width: 9000, noise: 1e-2, shift: 5e-3)
    let form = TensorForm(shape: [64, 9000], storage: "f8")
    var judge = TensorJudge(terms: Terms(compute: .bf16), reference: form, recomputed: form)
    try judge.add(r.span, t.span)
    try judge.finish()
    let size = try #require(judge.common.estimate()).size
    #expect((size - 5e-3).magnitude < 5e-4, "\(size)")
  }

  /// 300 honest pairs, the shift test's two ends: no false alarm beyond chance at the margin.
  @Test func commonDriftAtTheMargin() throws {
    var lowerAbove = 0
    var upperBelow = 0
    for seed in 0..<300 as Range<UInt64> {
      // A mean drift of exactly the margin: each element's shift over the row's size √8.
      let (r, t) = pair(rows: 128, width: 8, noise: 2e-2, shift: 4e-3, seed: seed)
      var common = CommonDrift(width: 8)
      for row in 0..<128 {
        let difference = (0..<8).map { t[row * 8 + $0] - r[row * 8 + $0] }
        common.add(difference, weight: 1 / 8.0.squareRoot(), row: row)
      }
      let estimate = try #require(common.estimate())
      if estimate.lowerLimit(level: 0.01) > 4e-3 { lowerAbove += 1 }
      if estimate.upperLimit(level: 0.05) <= 4e-3 { upperBelow += 1 }
    }
    #expect(lowerAbove <= 9, "\(lowerAbove) of 300 at 1 %")
    #expect(upperBelow <= 27, "\(upperBelow) of 300 at 5 %")
  }
}

/// Standard normal numbers from a seed, by the quantile of uniform ones.
struct NormalDraws {
  private var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func uniform() -> Double { (Double(generator.next() >> 11) + 0.5) * 0x1p-53 }
  mutating func next() -> Double { Normal.quantile(uniform()) }
  mutating func below(_ bound: Int) -> Int { generator.below(bound) }
}
