import Testing

@testable import Judging

@Suite struct LabelTests {
  private func judge(
    items: Int, flips: Int, gap: Double? = nil, classes: Int? = nil, looks: Looks = .single
  ) throws -> Judgement {
    var judge = LabelJudge(
      terms: Terms(compute: .bf16, looks: looks), reference: items, recomputed: items,
      classes: classes)
    for i in 0..<items {
      // Flips go both ways in turn, and all classes are large.
      let label = Int32(i % 2)
      judge.add(label, i < flips ? 1 - label : label, gap: gap)
    }
    return try judge.judgement()
  }

  @Test func equalLabelsAreIdentical() throws {
    #expect(try judge(items: 7, flips: 0).verdict == .bitIdentical)
    #expect(try judge(items: 0, flips: 0).verdict == .bitIdentical)
  }

  @Test func shareFromBothSides() throws {
    // CPu(1, 948) is the least within 0.5 %.
    let least = ClopperPearson.trials(for: 1, within: 0.005, level: 0.05)
    #expect(try judge(items: least, flips: 1).verdict == .statisticallyEquivalent)
    let few = try judge(items: least - 1, flips: 1)
    #expect(few.verdict == .inconclusive && few.need?.of == .items)
    #expect(try judge(items: 10_000, flips: 80).verdict == .divergent)
    #expect(try judge(items: 10_000, flips: 60).verdict == .inconclusive)
  }

  @Test func unexplainedFlipsFromBothSides() throws {
    // bf16 explains gaps up to 0.08; one unexplained flip is allowed.
    #expect(try judge(items: 2000, flips: 2, gap: 0.079).verdict == .statisticallyEquivalent)
    let far = try judge(items: 2000, flips: 2, gap: 0.081)
    #expect(far.verdict == .divergent && far.flags.contains(.unexplainedFlips))
    #expect(try judge(items: 2000, flips: 1, gap: 0.081).verdict == .statisticallyEquivalent)
  }

  @Test func aWipedRareClassDoesNotHide() throws {
    func verdict(_ wiped: Int) throws -> Verdict {
      var judge = LabelJudge(terms: Terms(compute: .bf16), reference: 10_000, recomputed: 10_000)
      for i in 0..<10_000 {
        let label: Int32 = i < 10 ? 2 : 0
        judge.add(label, i < wiped ? 0 : label)
      }
      return try judge.judgement().verdict
    }
    #expect(try verdict(10) == .divergent)
    #expect(try verdict(1) == .statisticallyEquivalent)
  }

  @Test func oneWayFlipsAreFlagged() throws {
    func flags(oneWay: Bool) throws -> Set<Flag> {
      var judge = LabelJudge(terms: Terms(compute: .bf16), reference: 20_000, recomputed: 20_000)
      for i in 0..<20_000 {
        let label = Int32(i % 2)
        let isFlip = i < 40 && (!oneWay || label == 0)
        judge.add(label, isFlip ? 1 - label : label)
      }
      return try judge.judgement().flags
    }
    #expect(try flags(oneWay: true).contains(.directionalFlips))
    #expect(try !flags(oneWay: false).contains(.directionalFlips))
  }

  @Test func structure() throws {
    #expect(try judge(items: 5, flips: 1, classes: 1).flags == [.labelSet])
    var judge = LabelJudge(terms: Terms(compute: .bf16), reference: 3, recomputed: 2)
    judge.add(0, 0)
    judge.add(1, 1)
    #expect(try judge.judgement().flags == [.truncated])
    var short = LabelJudge(terms: Terms(compute: .bf16), reference: 3, recomputed: 2)
    short.add(0, 0)
    #expect(throws: JudgingError(.blocks, "")) { try short.judgement() }
    short.add(1, 2)
    #expect(try short.judgement().flags == [.shape])
  }

  /// Ten planned looks at a share of exactly the limit: at most 1 % become divergent, whenever one stops.
  @Test func repeatedLooksKeepTheLevel() throws {
    var draws = NormalDraws(seed: 5)
    var alarms = 0
    for _ in 0..<1000 {
      var failures = 0
      for look in 1...10 {
        for _ in 0..<500 where draws.below(200) == 0 { failures += 1 }
        let bound = ShareBound(failures: failures, trials: 500 * look, limit: 0.005)
        if bound.isBeyond(Looks(number: look, planned: 10)) {
          alarms += 1
          break
        }
      }
    }
    #expect(alarms <= 17)
  }

  @Test func aNeedIsWhatDecides() {
    for (failures, trials) in [(0, 10), (1, 400), (8, 1000), (6, 2000)] {
      let bound = ShareBound(failures: failures, trials: trials, limit: 0.005)
      #expect(!bound.isWithin(.single) && !bound.isBeyond(.single))
      let more = bound.need(.single)
      let all = trials + more
      let scaled = ShareBound(
        failures: Int((Double(failures) * Double(all) / Double(trials)).rounded()), trials: all,
        limit: 0.005)
      #expect(scaled.isWithin(.single) || scaled.isBeyond(.single), "\(failures) of \(trials)")
    }
  }

  @Test func unpairedDraws() {
    func judge(_ a: [Int], _ b: [Int]) -> Judgement {
      LabelDrawsJudge(terms: Terms(compute: .bf16), reference: a, recomputed: b).judgement()
    }
    #expect(judge([5000, 3000, 2000], [5010, 2990, 2000]).verdict == .statisticallyEquivalent)
    #expect(judge([50, 30, 20], [50, 31, 19]).verdict == .inconclusive)
    #expect(judge([500, 300, 200], [200, 300, 500]).verdict == .divergent)
    // A difference that is shown, and below the margin.
    let small = judge([50_000, 30_000, 20_000], [49_000, 31_000, 20_000])
    #expect(small.verdict == .statisticallyEquivalent && small.flags.contains(.detectable))
    #expect(judge([], []).verdict == .bitIdentical)
    #expect(judge([3], [0]).verdict == .divergent)
  }

  /// 400 honest pairs of draws: false alarms at 1 %.
  @Test func honestDrawsAreNotDivergent() {
    var draws = NormalDraws(seed: 9)
    func sample() -> [Int] {
      var counts = [0, 0, 0, 0]
      for _ in 0..<150 { counts[min(draws.below(10), draws.below(10)) / 3] += 1 }
      return counts
    }
    let divergent = (0..<200).count { seed in
      let terms = Terms(compute: .bf16)
      return LabelDrawsJudge(terms: terms, reference: sample(), recomputed: sample()).judgement()
        .verdict == .divergent
    }
    #expect(divergent <= 7)
  }
}
