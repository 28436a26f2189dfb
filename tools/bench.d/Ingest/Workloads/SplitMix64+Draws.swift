import SeededRandom

extension SplitMix64 {
  /// A number from 0 up to 1.
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  mutating func hex(_ count: Int) -> String {
    var text = ""
    while text.utf8.count < count {
      let word = String(next(), radix: 16)
      text += String(repeating: "0", count: 16 - word.utf8.count) + word
    }
    return String(text.prefix(count))
  }

  /// The name of bytes that nobody has.
  mutating func digest() -> String { "sha256:" + hex(64) }

  /// RFC 9562 text of a random UUID.
  mutating func uuid() -> String {
    let digits = Array(hex(32))
    let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
    return
      "\(groups[0])-\(groups[1])-4\(groups[2].dropFirst())-a\(groups[3].dropFirst())-\(groups[4])"
  }

  /// Words of made-up prose, about `count` bytes.
  mutating func prose(_ count: Int) -> String {
    var text = ""
    while text.utf8.count < count {
      let word = Self.words[Int(next() % UInt64(Self.words.count))]
      text += text.isEmpty ? word : " " + word
    }
    return text
  }

  private static let words = [
    "the", "claim", "was", "filed", "after", "a", "collision", "at", "low", "speed,", "and", "no",
    "injury", "is", "reported;", "policy", "covers", "damage", "to", "third", "parties", "up",
    "limit", "of", "schedule", "\"B\"", "unless", "driver", "café", "excluded.", "customer", "asks",
  ]
}

/// Draws numbers of 0..<count, the first the most often: number k in proportion to 1/(k+1).
struct Zipf {
  private let cumulative: [Double]

  init(count: Int) {
    var sum = 0.0
    cumulative = (1...count).map { rank in
      sum += 1 / Double(rank)
      return sum
    }
  }

  func draw(_ random: inout SplitMix64) -> Int {
    let wanted = random.unit() * (cumulative.last ?? 0)
    var (low, high) = (0, cumulative.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if cumulative[middle] <= wanted { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
