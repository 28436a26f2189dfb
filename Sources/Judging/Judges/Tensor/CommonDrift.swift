/// The mean drift that all rows have in common.
///
/// With Δᵢ = (Tᵢ - Rᵢ)/|Rᵢ| the square of its size is estimated without bias, whatever the number of rows,
/// by u = (|ΣΔ|² - Σ|Δᵢ|²)/(N(N - 1)). Rounding that is honest goes every way and cancels; an edit of the
/// weights does not.
struct CommonDrift: Sendable {
  /// Rows are dealt out to so many groups, for the jackknife and the sign-flip test.
  static let groups = 64
  /// With fewer rows nothing is said.
  static let fewestRows = 32
  /// A row counts with at most this length: a gross one, which is reported for itself, must not drown or
  /// overflow the rest.
  static let longest = 1000.0

  private let width: Int
  private var sums: [Double]
  private var squares = [Double](repeating: 0, count: groups)
  private var counts = [Int](repeating: 0, count: groups)

  init(width: Int) {
    self.width = width
    sums = [Double](repeating: 0, count: Self.groups * width)
  }

  /// Adds the difference (or sketch) of the row with this number, times `weight`.
  mutating func add(_ values: [Double], weight: Double, row: Int) {
    let group = row % Self.groups
    counts[group] += 1
    guard weight != 0 else { return }
    let start = group * width
    let factor = SIMD4<Double>(repeating: weight)
    var square = SIMD4<Double>.zero
    var rest = 0.0
    unsafe sums.withUnsafeMutableBytes { sums in
      unsafe values.withUnsafeBytes { values in
        var i = 0
        while i &+ 4 <= width {
          let value = unsafe values.loadUnaligned(fromByteOffset: i &* 8, as: SIMD4<Double>.self)
          let place = (start &+ i) &* 8
          let scaled = factor * value
          let sum = unsafe sums.loadUnaligned(fromByteOffset: place, as: SIMD4<Double>.self)
          unsafe sums.storeBytes(of: sum + scaled, toByteOffset: place, as: SIMD4<Double>.self)
          square += scaled * scaled
          i &+= 4
        }
        while i < width {
          let value = unsafe values.loadUnaligned(fromByteOffset: i &* 8, as: Double.self)
          let place = (start &+ i) &* 8
          let sum = unsafe sums.loadUnaligned(fromByteOffset: place, as: Double.self)
          unsafe sums.storeBytes(
            of: sum + weight * value, toByteOffset: place, as: Double.self)
          rest += weight * value * weight * value
          i &+= 1
        }
      }
    }
    squares[group] += square.sum() + rest
  }

  /// What judging needs of it; nil for too few rows.
  func estimate() -> Estimate? {
    let used = counts.count { $0 > 0 }
    guard counts.reduce(0, +) >= Self.fewestRows else { return nil }
    var gram = [Double](repeating: 0, count: used * used)
    unsafe sums.withUnsafeBufferPointer { sums in
      for i in 0..<used {
        for j in 0...i {
          var product = 0.0
          for k in 0..<width { unsafe product += sums[i * width + k] * sums[j * width + k] }
          gram[i * used + j] = product
          gram[j * used + i] = product
        }
      }
    }
    return Estimate(gram: gram, squares: Array(squares[..<used]), counts: Array(counts[..<used]))
  }

  /// The sums of all groups, by their inner products.
  struct Estimate: Sendable, Equatable {
    let gram: [Double]
    let squares: [Double]
    let counts: [Int]

    /// The unbiased square of the mean drift; negative by chance where there is none.
    var square: Double { value(without: nil) }

    /// Its size.
    var size: Double { max(0, square).squareRoot() }

    /// Of the square, by leaving out one group each. Not of its root, whose slope is infinite at zero.
    var standardError: Double {
      Jackknife.standardError(counts.indices.map { value(without: $0) })
    }

    /// The sign-flip test of a direction; stored, but it does not decide: honest rounding is slightly
    /// biased, and with many rows that is found.
    func signFlip(rounds: Int, seed: UInt64) -> MonteCarlo {
      SignFlip.test(gram: gram, count: counts.count, rounds: rounds, seed: seed)
    }

    func quantile(_ level: Double) -> Double {
      StudentT.quantile(1 - level, df: Double(counts.count - 1))
    }

    private func value(without group: Int?) -> Double {
      let used = counts.count
      var total = 0.0
      var square = 0.0
      var n = 0
      for i in 0..<used where i != group {
        for j in 0..<used where j != group { total += gram[i * used + j] }
        square += squares[i]
        n += counts[i]
      }
      return (total - square) / (Double(n) * Double(n - 1))
    }
  }
}
