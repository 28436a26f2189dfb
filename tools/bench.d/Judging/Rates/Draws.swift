import Glibc
import SeededRandom
import StemmaCrypto

/// The random numbers of one simulated study: named, so that any one of ten thousand can be repeated alone.
struct Draws {
  private var bits: SplitMix64
  private var spare: Double?

  init(seed: UInt64, study: String) {
    let digest = SHA256.digest(of: Array("\(seed) \(study)".utf8))
    bits = SplitMix64(seed: digest.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
  }

  /// Between 0 and 1, neither included.
  mutating func uniform() -> Double { (Double(bits.next() >> 12) + 0.5) * 0x1p-52 }

  mutating func isHit(_ share: Double) -> Bool { uniform() < share }

  mutating func below(_ bound: Int) -> Int {
    Int(bits.next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  mutating func exponential(mean: Double) -> Double { -mean * log(uniform()) }

  /// Standard normal (Box and Muller 1958).
  mutating func normal() -> Double {
    if let value = spare {
      spare = nil
      return value
    }
    let radius = (-2 * log(uniform())).squareRoot()
    let angle = 2 * Double.pi * uniform()
    spare = radius * sin(angle)
    return radius * cos(angle)
  }
}
