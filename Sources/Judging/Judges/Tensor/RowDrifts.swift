/// The drift of every row, relative to its size, as far as judging needs it.
///
/// d = |T - R| / max(|R|, floor), where the floor is a thousandth of a typical |R|: a row of almost nothing
/// has no size to be relative to. Typical is the median of the first `probe` rows (of all, where there are
/// fewer), so that one pass in bounded memory suffices, however the blocks are cut.
struct RowDrifts: Sendable {
  static let probe = 256
  static let floorShare = 1e-3

  private let limit: Double
  private let grossLimit: Double
  private let rootWidth: Double

  private(set) var rows = 0
  private(set) var equalRows = 0
  /// The largest drift of a row and where it was.
  private(set) var largest = 0.0
  private(set) var largestRow = 0
  /// The largest drift of an element, relative to its row's root mean square.
  private(set) var largestElement = 0.0
  private(set) var sum = 0.0
  /// Rows beyond the margin, and beyond what is gross.
  private(set) var beyond = 0
  private(set) var gross = 0
  private(set) var firstGross: Int?
  /// Hashes of the rows' sizes, summed: equal sums and unequal rows are rows in another order.
  private var referenceHash: UInt64 = 0
  private var recomputedHash: UInt64 = 0

  init(width: Int, limit: Double, grossLimit: Double) {
    self.limit = limit
    self.grossLimit = grossLimit
    rootWidth = Double(width).squareRoot()
  }

  /// Adds the next row; gives the weight with which its difference counts in the common drift.
  mutating func add(_ sums: RowSums, floor: Double) -> Double {
    let row = rows
    rows += 1
    if sums.isEqual { equalRows += 1 }
    referenceHash &+= hash(sums.reference)
    recomputedHash &+= hash(sums.recomputed)
    let size = max(sums.reference.squareRoot(), floor * sums.scale)
    let drift = sums.drift.squareRoot()
    let relative = drift == 0 ? 0 : drift / size
    if relative > largest || row == 0 { (largest, largestRow) = (relative, row) }
    if sums.largest > 0 { largestElement = max(largestElement, sums.largest / size * rootWidth) }
    sum += relative
    if relative > limit { beyond += 1 }
    if relative > grossLimit {
      gross += 1
      firstGross = firstGross ?? row
    }
    guard drift > 0, size > 0 else { return 0 }
    return 1 / max(size, drift / CommonDrift.longest)
  }

  /// Whether the rows are, by all signs, the reference's in another order.
  var arePermuted: Bool { rows > 1 && equalRows < rows && referenceHash == recomputedHash }

  var mean: Double { rows > 0 ? sum / Double(rows) : 0 }

  private func hash(_ size: Double) -> UInt64 {
    var state = size.bitPattern
    return SeededGenerator.mix(&state)
  }

  /// A thousandth of the median size.
  static func floor(of rows: some Sequence<RowSums>) -> Double {
    let sizes = rows.map { $0.reference.squareRoot() / $0.scale }.sorted()
    guard !sizes.isEmpty else { return 0 }
    let middle = sizes.count / 2
    let median = sizes.count % 2 == 1 ? sizes[middle] : 0.5 * (sizes[middle - 1] + sizes[middle])
    return floorShare * min(median, .greatestFiniteMagnitude)
  }
}
