/// Random numbers that come again from a seed, the same on every machine: xoshiro256** (Blackman and Vigna
/// 2018), its state filled by SplitMix64.
///
/// Part of the method: a changed generator changes p-values, so it changes `Judgement.method`.
struct SeededGenerator: RandomNumberGenerator {
  private var s0, s1, s2, s3: UInt64

  init(seed: UInt64) {
    var state = seed
    s0 = Self.mix(&state)
    s1 = Self.mix(&state)
    s2 = Self.mix(&state)
    s3 = Self.mix(&state)
  }

  mutating func next() -> UInt64 {
    let result = Self.rotate(s1 &* 5, 7) &* 9
    let t = s1 << 17
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= t
    s3 = Self.rotate(s3, 45)
    return result
  }

  /// A number below `bound`, by Lemire's multiplication with rejection. Not the standard library's:
  /// its algorithm is not promised to stay.
  mutating func below(_ bound: Int) -> Int {
    let bound = UInt64(bound)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let floor = (0 &- bound) % bound
      while product.low < floor { product = next().multipliedFullWidth(by: bound) }
    }
    return Int(product.high)
  }

  /// Draws `count` of the values without order or repetition: they come to stand first (Fisher and Yates,
  /// broken off).
  mutating func draw(_ count: Int, of values: inout [Int32]) {
    for i in 0..<count { values.swapAt(i, i + below(values.count - i)) }
  }

  /// SplitMix64 (Steele, Lea and Flood 2014): the next of its sequence.
  static func mix(_ state: inout UInt64) -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }

  private static func rotate(_ x: UInt64, _ k: UInt64) -> UInt64 { x << k | x >> (64 - k) }
}
