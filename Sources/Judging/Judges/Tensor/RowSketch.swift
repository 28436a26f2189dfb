/// The difference of two rows, or a sketch of it: never more than `width` numbers.
///
/// Rows of at most `width` elements are kept as they are. Longer ones are folded: element j is added, with
/// a random sign, to one of `width` places (a count sketch, Charikar, Chen and Farach-Colton 2002). The
/// sketch is linear and its inner products are unbiased, so the size of the common drift is too; the
/// variance it adds is that of `width` random directions.
struct RowSketch: Sendable {
  static let width = 4096

  private(set) var values: [Double]
  private let elements: Int
  private let seed: UInt64
  private var position = 0
  private var isTouched = false

  init(elements: Int, seed: UInt64) {
    self.elements = elements
    self.seed = seed
    values = [Double](repeating: 0, count: min(elements, Self.width))
  }

  /// Whether it holds the differences themselves.
  var isExact: Bool { elements <= Self.width }

  /// Takes in the next differences of the row.
  mutating func add(_ differences: UnsafePointer<Double>, count: Int) {
    isTouched = true
    if isExact {
      unsafe values.withUnsafeMutableBufferPointer { target in
        if let base = target.baseAddress {
          unsafe (base + position).update(from: differences, count: count)
        }
      }
      position += count
      return
    }
    var i = 0
    while i < count {
      // Runs of up to 64 elements share one word of signs and lie side by side.
      let chunk = position / 64
      let within = position % 64
      let run = min(64 - within, count - i)
      let fold = chunk / (Self.width / 64)
      let place = (chunk &* 64 &+ rotation(fold) &* 64) % Self.width + within
      var signs = word(UInt64(chunk)) >> UInt64(within)
      unsafe values.withUnsafeMutableBufferPointer { target in
        guard let target = target.baseAddress else { return }
        for k in 0..<run {
          let sign = signs << 63
          signs >>= 1
          unsafe target[place &+ k] += Double(bitPattern: differences[i &+ k].bitPattern ^ sign)
        }
      }
      position += run
      i += run
    }
  }

  /// Passes over elements that do not differ, where none before them did.
  mutating func skip(_ count: Int) { position += count }

  mutating func scale(by factor: Double) {
    for i in values.indices { values[i] *= factor }
  }

  /// Begins the next row.
  mutating func clear() {
    position = 0
    guard isTouched else { return }
    isTouched = false
    unsafe values.withUnsafeMutableBufferPointer { unsafe $0.update(repeating: 0) }
  }

  /// Each fold begins at another place, so that what is regular in a row does not collide with itself.
  private func rotation(_ fold: Int) -> Int {
    Int(truncatingIfNeeded: word(UInt64(fold) | 1 << 63) & 63)
  }

  private func word(_ index: UInt64) -> UInt64 {
    var state = seed &+ index &* 0x9E37_79B9_7F4A_7C15
    return SeededGenerator.mix(&state)
  }
}
