/// Makes the summary of a tensor or of probabilities as it is read: once, in bounded memory.
///
/// Kept is one row of each of at most 96 parts. Of a tensor's long row a projection on 64 random directions:
/// lengths of differences survive it to 9 % (one standard deviation). Of a long row of probabilities the
/// sums over 64 random groups of classes: their total variation is a lower bound of the row's.
package struct RowSummarizer: Sendable {
  private let type: OutputType
  private let form: TensorForm
  private let seed: UInt64
  private let strata: Strata

  private var nonfinite = [0, 0, 0]
  private var values: [Float] = []
  private var row = 0
  private var column = 0
  /// The next of `strata.items`.
  private var next = 0
  private var sketch: RowSketch
  private var sums: [Double]

  /// - Precondition: the type is `tensor` or `probabilities`.
  package init(type: OutputType, form: TensorForm, seed: UInt64) {
    precondition(type == .tensor || type == .probabilities, "rows of numbers")
    self.type = type
    self.form = form
    self.seed = seed
    strata = Strata(items: form.rows, at: Summary.mostRows, seed: seed)
    sketch = RowSketch(elements: form.width, seed: seed)
    sums = [Double](repeating: 0, count: min(form.width, RowSummary.mostWidth))
  }

  /// Takes in the next elements, in C order, cut anywhere.
  package mutating func add(_ elements: Span<Float>) throws(JudgingError) {
    try check(elements.count)
    unsafe elements.withUnsafeBufferPointer { unsafe take($0) }
  }

  /// Takes in the next elements, in C order, cut anywhere.
  package mutating func add(_ elements: Span<Double>) throws(JudgingError) {
    try check(elements.count)
    unsafe elements.withUnsafeBufferPointer { unsafe take($0) }
  }

  /// The summary; throws `blocks` if not all elements were read.
  package func summary() throws(JudgingError) -> Summary {
    guard form.width == 0 || (row == form.rows && column == 0) else {
      throw JudgingError(.blocks, "\(row) of \(form.rows) rows were read")
    }
    let rows = RowSummary(form: form, nonfinite: nonfinite, width: sums.count, values: values)
    return Summary(type: type, items: form.rows, seed: seed, content: .rows(rows))
  }

  private func check(_ count: Int) throws(JudgingError) {
    guard row * form.width + column + count <= form.shape.reduce(1, *) else {
      throw JudgingError(.blocks, "more elements than the shape has")
    }
  }

  private mutating func take<Element: TensorElement>(_ elements: UnsafeBufferPointer<Element>) {
    var i = 0
    while i < elements.count {
      let count = min(1024, form.width - column, elements.count - i)
      let run = unsafe UnsafeBufferPointer(rebasing: elements[i..<i + count])
      unsafe pass(run)
      i += count
      column += count
      if column == form.width { finishRow() }
    }
  }

  private mutating func pass<Element: TensorElement>(_ run: UnsafeBufferPointer<Element>) {
    // Zero times anything finite is zero.
    var probe = 0.0
    for i in run.indices { unsafe probe += 0 * run[i].widened }
    let isFinite = probe == 0
    let isKept = next < strata.items.count && strata.items[next] == row
    guard isKept || !isFinite else { return }
    var finite = [Double](repeating: 0, count: run.count)
    for i in run.indices {
      let value = unsafe run[i].widened
      if value.isFinite {
        finite[i] = value
      } else {
        nonfinite[value.isNaN ? 0 : value > 0 ? 1 : 2] += 1
      }
    }
    guard isKept else { return }
    if type == .probabilities || form.width <= RowSummary.mostWidth {
      for i in finite.indices { sums[group(column + i)] += finite[i] }
    } else {
      unsafe finite.withUnsafeBufferPointer { finite in
        guard let base = finite.baseAddress else { return }
        unsafe sketch.add(base, count: finite.count)
      }
    }
  }

  private mutating func finishRow() {
    if next < strata.items.count, strata.items[next] == row {
      if type == .tensor, form.width > RowSummary.mostWidth { project() }
      for value in sums { values.append(Self.kept(value)) }
      for i in sums.indices { sums[i] = 0 }
      sketch.clear()
      next += 1
    }
    row += 1
    column = 0
  }

  /// Which sum an element belongs to: its own, or that of its group.
  private func group(_ column: Int) -> Int {
    guard form.width > RowSummary.mostWidth else { return column }
    var state = seed &+ UInt64(column) &* 0x9E37_79B9_7F4A_7C15
    return Int(SeededGenerator.mix(&state) % UInt64(RowSummary.mostWidth))
  }

  /// On as many directions of random signs as there are sums (Achlioptas 2003).
  private mutating func project() {
    let scale = 1 / Double(sums.count).squareRoot()
    for (place, value) in sketch.values.enumerated() where value != 0 {
      var state = ~seed &+ UInt64(place) &* 0x9E37_79B9_7F4A_7C15
      var signs = SeededGenerator.mix(&state)
      for i in sums.indices {
        sums[i] += signs & 1 == 0 ? scale * value : -scale * value
        signs >>= 1
      }
    }
  }

  /// Beyond the range of `Float` its largest number: such rows are compared by their bytes or not at all.
  private static func kept(_ value: Double) -> Float {
    let float = Float(value)
    return float.isFinite ? float : value < 0 ? -.greatestFiniteMagnitude : .greatestFiniteMagnitude
  }
}
