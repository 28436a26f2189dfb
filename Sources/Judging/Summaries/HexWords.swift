/// 32-bit words as lower-case hexadecimal text, eight digits each, the most significant first.
enum HexWords {
  static func encode(_ words: some Sequence<UInt32>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for word in words {
      for shift in stride(from: 28, through: 0, by: -4) {
        text.append(digits[Int(word >> UInt32(shift) & 15)])
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Nil for anything else.
  static func decode(_ text: ArraySlice<UInt8>) -> [UInt32]? {
    guard text.count % 8 == 0 else { return nil }
    var words: [UInt32] = []
    var word: UInt32 = 0
    for (place, byte) in text.enumerated() {
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      default: return nil
      }
      word = word << 4 | UInt32(digit)
      if place % 8 == 7 { words.append(word) }
    }
    return words
  }

  static func split(_ long: UInt64) -> [UInt32] {
    [UInt32(truncatingIfNeeded: long >> 32), UInt32(truncatingIfNeeded: long)]
  }

  static func joined(_ words: [UInt32]) -> [UInt64] {
    stride(from: 0, to: words.count - 1, by: 2).map {
      UInt64(words[$0]) << 32 | UInt64(words[$0 + 1])
    }
  }
}
