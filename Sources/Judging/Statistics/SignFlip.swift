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

  private static func length(_ gram: [Double], _ signs: [Double]) -> Double {
    var total = 0.0
    for i in signs.indices {
      var row = 0.0
      for j in signs.indices { row += gram[i * signs.count + j] * signs[j] }
      total += signs[i] * row
    }
    return total
  }
}
