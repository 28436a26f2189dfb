internal import Glibc

/// Exact one-sided bounds of a share, from `failures` among `trials` (Clopper and Pearson 1934).
enum ClopperPearson {
  /// The share that so few failures would be seen under with probability `level`: 1 when all failed.
  static func upper(_ failures: Int, of trials: Int, level: Double) -> Double {
    guard failures < trials else { return 1 }
    return IncompleteBeta.inverse(1 - level, Double(failures + 1), Double(trials - failures))
  }

  /// The share that so many failures would be seen under with probability `level`: 0 when none failed.
  static func lower(_ failures: Int, of trials: Int, level: Double) -> Double {
    guard failures > 0 else { return 0 }
    return IncompleteBeta.inverse(level, Double(failures), Double(trials - failures + 1))
  }

  /// The least number of trials at which so many failures are still shown to be at most a share `limit`.
  ///
  /// - Precondition: `0 < limit < 1`.
  static func trials(for failures: Int, within limit: Double, level: Double) -> Int {
    precondition(limit > 0 && limit < 1, "a share between 0 and 1")
    if failures == 0 { return Int((log(level) / log1p(-limit)).rounded(.up)) }
    var low = failures + 1
    var high = low * 2
    while upper(failures, of: high, level: level) > limit { (low, high) = (high, high * 2) }
    while low < high {
      let middle = (low + high) / 2
      if upper(failures, of: middle, level: level) <= limit {
        high = middle
      } else {
        low = middle + 1
      }
    }
    return low
  }
}
