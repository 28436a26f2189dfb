/// Base 64 as RFC 4648 §4 has it: standard alphabet, padded. One value has one spelling here, so that
/// what was signed cannot be written in a second way.
package enum Base64 {
  /// Appends the text of `bytes`.
  static func encode(_ bytes: Span<UInt8>, to text: inout [UInt8]) {
    var i = 0
    while i < bytes.count {
      let taken = min(3, bytes.count - i)
      var group: UInt32 = 0
      for j in 0..<3 { group = group << 8 | (j < taken ? UInt32(bytes[i + j]) : 0) }
      for j in 0..<4 {
        let character = alphabet[Int(group >> UInt32(18 - 6 * j)) & 0x3F]
        text.append(j <= taken ? character : padding)
      }
      i += taken
    }
  }

  /// The text of `bytes`.
  package static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    encode(bytes.span, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes of a text; nil for white space, missing padding, and bits set that no byte holds.
  package static func decode(_ text: Span<UInt8>) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    var end = text.count
    while end > 0, text.count - end < 2, text[end - 1] == padding { end -= 1 }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    // The bits that do not make up a byte yet: `count` of them, the lowest of `bits`.
    var bits: UInt32 = 0
    var count: UInt32 = 0
    for i in 0..<end {
      guard let value = value(of: text[i]) else { return nil }
      bits = bits << 6 | value
      count += 6
      guard count >= 8 else { continue }
      count -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> count))
      bits &= 1 << count - 1
    }
    return bits == 0 ? bytes : nil
  }

  private static let padding = UInt8(ascii: "=")
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static func value(of character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character) - 65
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character) - 97 + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character) - 48 + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
