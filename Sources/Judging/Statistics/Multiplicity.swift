/// Many tests at once. All answers are in the order of what was asked.
package enum Multiplicity {
  /// p-values adjusted for the chance of any false rejection (Holm 1979).
  package static func holm(_ pValues: [Double]) -> [Double] {
    var adjusted = pValues
    var running = 0.0
    let order = ascending(pValues)
    for (rank, i) in order.enumerated() {
      running = max(running, min(1, Double(order.count - rank) * pValues[i]))
      adjusted[i] = running
    }
    return adjusted
  }

  /// p-values adjusted for the share of false ones among rejections (Benjamini and Hochberg 1995). For an
  /// audit of many views; theirs may depend positively on each other.
  package static func benjaminiHochberg(_ pValues: [Double]) -> [Double] {
    var adjusted = pValues
    var running = 1.0
    let order = ascending(pValues)
    for (rank, i) in order.enumerated().reversed() {
      running = min(running, Double(order.count) / Double(rank + 1) * pValues[i])
      adjusted[i] = running
    }
    return adjusted
  }

  /// Which e-values are rejected at a false discovery rate of `rate`, whatever their dependence (Wang and
  /// Ramdas 2022): for views that share executions, and for looks that nobody planned.
  package static func eBenjaminiHochberg(_ eValues: [Double], rate: Double) -> [Bool] {
    let order = ascending(eValues.map { -$0 })
    let count = Double(eValues.count)
    let last = order.enumerated().last { rank, i in
      Double(rank + 1) * eValues[i] / count >= 1 / rate
    }
    var rejected = [Bool](repeating: false, count: eValues.count)
    if let last { for i in order[...last.offset] { rejected[i] = true } }
    return rejected
  }

  private static func ascending(_ values: [Double]) -> [Int] {
    values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
  }
}
