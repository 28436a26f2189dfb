/// A mean of unsigned drifts, held against the largest that a contract allows.
struct MeanBound: Sendable, Equatable {
  let estimate: MeanEstimate
  let limit: Double

  /// Shown to be within the limit.
  func isWithin(_ looks: Looks) -> Bool {
    estimate.upperLimit(level: looks.level(Looks.equivalence)) <= limit
  }

  /// Shown to be above the limit, spending `part` of what the view's difference tests may spend.
  func isBeyond(_ looks: Looks, part: Double = 1) -> Bool {
    estimate.lowerLimit(level: looks.level(Looks.divergence) * part) > limit
  }

  func test(_ name: String, _ looks: Looks, part: Double = 1) -> Judgement.Test {
    let low = estimate.lowerLimit(level: looks.level(Looks.divergence) * part)
    let high = estimate.upperLimit(level: looks.level(Looks.equivalence))
    return Judgement.Test(name, estimate.mean, interval: low...high, threshold: limit)
  }

  /// How many more values would decide, should they be like these: the interval shrinks with √n until it
  /// ends at the limit. Never fewer than make `fewest` in all.
  func need(_ looks: Looks, fewest: Int = 2, ceiling: Int = 10_000_000) -> Int {
    let gap = (limit - estimate.mean).magnitude
    let count = estimate.count
    guard estimate.standardError.isFinite, gap > 0 else { return max(1, fewest - count) }
    let reach =
      estimate.mean < limit
      ? estimate.upperLimit(level: looks.level(Looks.equivalence)) - estimate.mean
      : estimate.mean - estimate.lowerLimit(level: looks.level(Looks.divergence))
    let wanted = Double(count) * (reach / gap) * (reach / gap)
    let all = wanted < Double(ceiling) ? Int(wanted.rounded(.up)) + 2 : ceiling
    return max(1, max(all, fewest) - count)
  }
}
