/// Judges two tensors, row by row, as they are read; memory is bounded whatever their size.
///
/// Blocks are runs of elements in C order, cut anywhere, the same on both sides. What is held is at most
/// `RowDrifts.probe` rows and `CommonDrift.groups` sums, each of at most `RowSketch.width` numbers: 11 MB.
package struct TensorJudge: Sendable {
  let terms: Terms
  let reference: TensorForm
  let recomputed: TensorForm
  private let width: Int

  var drifts: RowDrifts
  private(set) var common: CommonDrift
  private(set) var nonfinite = RowKernel.Nonfinite()
  /// Row and column of the first element that is finite on one side only.
  private(set) var firstUnmatched: (row: Int, column: Int)?

  /// The row that is being read.
  private var sums = RowSums()
  private var sketch: RowSketch
  private var column = 0
  private var row = 0
  /// Rows that wait until a typical size is known; then that size's floor.
  private var held: [(sums: RowSums, sketch: RowSketch)] = []
  private var floor: Double?
  /// The bits differ where the blocks cannot show it: integers beyond 2^53 that were widened.
  private var hidesDifference = false

  /// Elements that one pass of the kernel takes: they stay in the first cache.
  private static let run = 1024

  package init(terms: Terms, reference: TensorForm, recomputed: TensorForm) {
    self.terms = terms
    self.reference = reference
    self.recomputed = recomputed
    width = reference.width
    let limit = terms.contract[.rowDrift]
    drifts = RowDrifts(
      width: width, limit: limit, grossLimit: limit * terms.contract[.grossFactor])
    sketch = RowSketch(elements: width, seed: terms.seeds.seed(test: "common_drift"))
    common = CommonDrift(width: min(width, RowSketch.width))
  }

  /// How many elements of each side are to be read. None where the forms cannot be compared; the common
  /// rows where the recomputed output may be the beginning of the reference.
  package var elements: Int {
    if reference.shape == recomputed.shape { return reference.shape.reduce(1, *) }
    return reference.mayBeginWith(recomputed) ? recomputed.shape.reduce(1, *) : 0
  }

  /// How many elements were read.
  package var elementsRead: Int { row * width + column }

  /// Says that stored bits differ though the widened elements may not.
  package mutating func noteHiddenDifference() { hidesDifference = true }

  /// Takes in the next elements of both sides.
  package mutating func add(
    _ reference: Span<Float>, _ recomputed: Span<Float>
  ) throws(JudgingError) {
    try check(reference.count, recomputed.count)
    unsafe reference.withUnsafeBufferPointer { a in
      unsafe recomputed.withUnsafeBufferPointer { b in unsafe take(a, b) }
    }
  }

  /// Takes in the next elements of both sides.
  package mutating func add(
    _ reference: Span<Double>, _ recomputed: Span<Double>
  ) throws(JudgingError) {
    try check(reference.count, recomputed.count)
    unsafe reference.withUnsafeBufferPointer { a in
      unsafe recomputed.withUnsafeBufferPointer { b in unsafe take(a, b) }
    }
  }

  private func check(_ a: Int, _ b: Int) throws(JudgingError) {
    guard a == b, elementsRead + a <= elements else {
      throw JudgingError(.blocks, "blocks of \(a) and \(b) elements do not fit the shapes")
    }
  }

  private mutating func take<Element: TensorElement>(
    _ reference: UnsafeBufferPointer<Element>, _ recomputed: UnsafeBufferPointer<Element>
  ) {
    guard let a = reference.baseAddress, let b = recomputed.baseAddress else { return }
    unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: Self.run) { buffer in
      guard let differences = buffer.baseAddress else { return }
      var i = 0
      while i < reference.count {
        let count = min(Self.run, width - column, reference.count - i)
        unsafe pass(a + i, b + i, count: count, differences: differences)
        i += count
        column += count
        if column == width { finishRow() }
      }
    }
  }

  /// One run of one row.
  private mutating func pass<Element: TensorElement>(
    _ a: UnsafePointer<Element>, _ b: UnsafePointer<Element>, count: Int,
    differences: UnsafeMutablePointer<Double>
  ) {
    var run = unsafe RowKernel.run(a, b, count: count, differences: differences)
    if !run.isFinite || sums.scale != 1 {
      let found: RowKernel.Nonfinite
      (run, found) = unsafe RowKernel.careful(
        a, b, count: count, differences: differences, isScaled: sums.scale != 1)
      note(found)
      if run.scale != sums.scale {
        sums.rescale()
        sketch.scale(by: run.scale)
      }
    }
    sums.add(run)
    // Rows that are equal so far have nothing to add, and most rows of an honest pair may be.
    if sums.isEqual {
      sketch.skip(count)
    } else {
      unsafe sketch.add(differences, count: count)
    }
  }

  private mutating func note(_ found: RowKernel.Nonfinite) {
    nonfinite.matched += found.matched
    nonfinite.unmatched += found.unmatched
    if let first = found.firstUnmatched, firstUnmatched == nil {
      firstUnmatched = (row, column + first)
    }
  }

  private mutating func finishRow() {
    if let floor {
      settle(sums, sketch, floor: floor)
    } else {
      held.append((sums, sketch))
      if held.count == RowDrifts.probe { settleHeld() }
    }
    row += 1
    column = 0
    sums = RowSums()
    sketch.clear()
  }

  private mutating func settleHeld() {
    let floor = RowDrifts.floor(of: held.lazy.map(\.sums))
    self.floor = floor
    for entry in held { settle(entry.sums, entry.sketch, floor: floor) }
    held = []
  }

  private mutating func settle(_ sums: RowSums, _ sketch: RowSketch, floor: Double) {
    let row = drifts.rows
    let weight = drifts.add(sums, floor: floor)
    common.add(sketch.values, weight: weight, row: row)
  }

  /// Ends the reading.
  mutating func finish() throws(JudgingError) {
    guard elementsRead == elements else {
      throw JudgingError(.blocks, "\(elementsRead) of \(elements) elements were read")
    }
    if !held.isEmpty { settleHeld() }
  }

  /// Whether every stored bit was equal.
  var isIdentical: Bool {
    !hidesDifference && drifts.equalRows == drifts.rows && sums.isEqual
      && reference.storage.utf8.elementsEqual(recomputed.storage.utf8)
  }
}
