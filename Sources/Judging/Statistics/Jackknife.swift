/// The standard error of a statistic from its values with one group of items left out each.
///
/// Groups must be nearly of one size (Shao and Wu 1989, delete-d).
enum Jackknife {
  static func standardError(_ leftOut: [Double]) -> Double {
    let count = Double(leftOut.count)
    let mean = leftOut.reduce(0, +) / count
    let squares = leftOut.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return ((count - 1) / count * squares).squareRoot()
  }
}
