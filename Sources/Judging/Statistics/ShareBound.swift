internal import Glibc

/// A share of failing items, held against the largest that a contract allows.
struct ShareBound: Sendable, Equatable {
  let failures: Int
  let trials: Int
  let limit: Double

  /// Shown to be within the limit.
  func isWithin(_ looks: Looks) -> Bool {
    trials > 0
      && ClopperPearson.upper(failures, of: trials, level: looks.level(Looks.equivalence)) <= limit
  }

  /// Shown to be above the limit, spending `part` of what the view's difference tests may spend. Several
  /// looks are judged by the e-process, which keeps its level under any number of them.
  func isBeyond(_ looks: Looks, part: Double = 1) -> Bool {
    guard trials > 0, Double(failures) > limit * Double(trials) else { return false }
    guard limit > 0, limit < 1 else { return limit == 0 }
    let level = Looks.divergence * part
    return looks.isRepeated
      ? EProcess.logValue(failures, of: trials, limit: limit) >= -log(level)
      : ClopperPearson.lower(failures, of: trials, level: level) > limit
  }

  /// The share, with both one-sided bounds.
  func test(_ name: String, _ looks: Looks, part: Double = 1) -> Judgement.Test {
    guard trials > 0 else { return Judgement.Test(name, 0, interval: 0...1, threshold: limit) }
    let low = ClopperPearson.lower(
      failures, of: trials, level: looks.level(Looks.divergence) * part)
    let high = ClopperPearson.upper(failures, of: trials, level: looks.level(Looks.equivalence))
    let share = Double(failures) / Double(trials)
    return Judgement.Test(name, share, interval: low...high, threshold: limit)
  }

  /// How many more items would decide, should they fail as often as these; at most `ceiling`, for a share
  /// that lies at the limit.
  func need(_ looks: Looks, ceiling: Int = 10_000_000) -> Int {
    guard limit > 0, limit < 1 else { return 1 }
    if failures == 0 {
      let all = ClopperPearson.trials(
        for: 0, within: limit, level: looks.level(Looks.equivalence))
      return max(1, all - trials)
    }
    func isDecided(_ n: Int) -> Bool {
      let expected = Double(failures) * Double(n) / Double(trials)
      let scaled = ShareBound(failures: Int(expected.rounded()), trials: n, limit: limit)
      return scaled.isWithin(looks) || scaled.isBeyond(looks)
    }
    var low = trials
    var high = 2 * trials
    while high < ceiling, !isDecided(high) { (low, high) = (high, 2 * high) }
    while high - low > max(1, low / 100) {
      let middle = (low + high) / 2
      if isDecided(middle) { high = middle } else { low = middle }
    }
    return min(high, ceiling) - trials
  }
}
