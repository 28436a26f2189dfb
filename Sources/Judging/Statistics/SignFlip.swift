/// Whether vectors have a common direction: under the null each is as likely as its opposite.
enum SignFlip {
  /// The statistic is the squared length of the sum, found from the vectors' inner products (`gram`, row
  /// by row, `count` squared numbers).
  static func test(gram: [Double], count: Int, rounds: Int, seed: UInt64) -> MonteCarlo {
    var signs = [Double](repeating: 1, count: count)
    let observed = length(gram, signs)
    return MonteCarlo.run(rounds: rounds, seed: seed, observed: observed) { generator in
      var bits: UInt64 = 0
      for i in 0..<count {
        if i % 64 == 0 { bits = generator.next() }
        signs[i] = bits & 1 == 0 ? 1 : -1
        bits >>= 1
      }
      return length(gram, signs)
    }
  }

  /// Σᵢⱼ sᵢ sⱼ gᵢⱼ: the diagonal, and twice what lies below it.
  private static func length(_ gram: [Double], _ signs: [Double]) -> Double {
    let count = signs.count
    var total = 0.0
    unsafe gram.withUnsafeBytes { gram in
      unsafe signs.withUnsafeBytes { signs in
        for i in 0..<count {
          let row = i &* count
          var sum = SIMD4<Double>.zero
          var j = 0
          while j &+ 4 <= i {
            let products = unsafe gram.loadUnaligned(
              fromByteOffset: (row &+ j) &* 8, as: SIMD4<Double>.self)
            sum +=
              unsafe products
              * signs.loadUnaligned(fromByteOffset: j &* 8, as: SIMD4<Double>.self)
            j &+= 4
          }
          var rest = sum.sum()
          while j < i {
            unsafe rest +=
              gram.load(fromByteOffset: (row &+ j) &* 8, as: Double.self)
              * signs.load(fromByteOffset: j &* 8, as: Double.self)
            j &+= 1
          }
          let sign = unsafe signs.load(fromByteOffset: i &* 8, as: Double.self)
          total +=
            unsafe 2 * sign * rest
            + gram.load(fromByteOffset: (row &+ i) &* 8, as: Double.self)
        }
      }
    }
    return total
  }
}
