internal import Glibc

/// Where a statistic lies between nothing and far beyond its threshold: one scale for all tests, logarithmic, so that a drift
/// of a millionth of the limit and one of a hundred limits are both seen.
struct DriftScale {
  /// Decades of the limit that are shown.
  static let decades = -6.0...2.0
  /// Where the limit lies, 0 to 1.
  static let limit = place(1)

  /// 0 to 1, for `statistic / threshold`; 0 for no drift at all, and where there is no limit to hold it against.
  static func place(of statistic: Double, threshold: Double) -> Double {
    guard statistic != 0 else { return 0 }
    return threshold > 0 ? place(statistic.magnitude / threshold) : 1
  }

  private static func place(_ ratio: Double) -> Double {
    let inside = min(max(log10(ratio), decades.lowerBound), decades.upperBound)
    return (inside - decades.lowerBound) / (decades.upperBound - decades.lowerBound)
  }
}
