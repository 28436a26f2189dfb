import SeededRandom

/// Writes one random document in many ways: the members of objects shuffled, strings escaped or not,
/// white space anywhere, numbers in other notations.
struct RandomJSON {
  /// A document without its notation.
  indirect enum Value {
    case literal(String)
    /// The same number in several notations.
    case number([String])
    case string([Unicode.Scalar])
    case array([Value])
    case object([([Unicode.Scalar], Value)])
  }

  var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  mutating func value(depth: Int = 0) -> Value {
    // Wide at the top, so that sorting has work, and narrow below, so that it stays small.
    let width = 24 >> (2 * depth) + 1
    switch Int.random(in: 0..<(depth < 5 ? 8 : 4), using: &random) {
    case 0: return .literal(["null", "true", "false"][Int.random(in: 0..<3, using: &random)])
    case 1: return .number(Self.numbers[Int.random(in: 0..<Self.numbers.count, using: &random)])
    case 2, 3: return .string(scalars())
    case 4, 5:
      return .array(
        (0..<Int.random(in: 0...width, using: &random)).map { _ in value(depth: depth + 1) })
    default:
      var keys: [[Unicode.Scalar]] = []
      for _ in 0..<Int.random(in: 0...width, using: &random) {
        let key = scalars()
        if !keys.contains(key) { keys.append(key) }
      }
      return .object(keys.map { ($0, value(depth: depth + 1)) })
    }
  }

  /// One way to write a value.
  mutating func text(of value: Value) -> String {
    switch value {
    case .literal(let text): return space() + text + space()
    case .number(let texts):
      return space() + texts[Int.random(in: 0..<texts.count, using: &random)] + space()
    case .string(let scalars): return space() + text(ofString: scalars) + space()
    case .array(let elements):
      return space() + "[" + space()
        + elements.map { text(of: $0) }.joined(separator: ",") + "]" + space()
    case .object(let members):
      let texts = members.shuffled(using: &random).map { key, value in
        space() + text(ofString: key) + space() + ":" + text(of: value)
      }
      return "{" + space() + texts.joined(separator: ",") + "}" + space()
    }
  }

  private mutating func scalars() -> [Unicode.Scalar] {
    (0..<Int.random(in: 0...12, using: &random)).map { _ in
      Self.alphabet[Int.random(in: 0..<Self.alphabet.count, using: &random)]
    }
  }

  private mutating func space() -> String {
    String(
      (0..<Int.random(in: 0...2, using: &random)).map { _ in
        [" ", "\n", "\t", "\r"][Int.random(in: 0..<4, using: &random)]
      })
  }

  private mutating func text(ofString scalars: [Unicode.Scalar]) -> String {
    var text = "\""
    for scalar in scalars {
      let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
      if mustEscape || Int.random(in: 0..<4, using: &random) == 0 {
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16, uppercase: Bool.random(using: &random))
          text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }

  /// Few, so that keys share beginnings; from every length of UTF-8 and both sides of the
  /// surrogates.
  private static let alphabet: [Unicode.Scalar] = [
    "a", "a", "a", "b", "Z", "0", " ", "/", "\"", "\\", "\u{1}", "\n", "\u{7F}", "\u{E9}",
    "\u{301}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FB33}", "\u{FFFF}", "\u{10000}",
    "\u{1F600}", "\u{10FFFF}",
  ]

  private static let numbers = [
    ["0", "-0", "0.0", "0e5", "-0E-1"], ["1", "1.0", "1e0", "10e-1", "0.1e1"], ["-12", "-1.2e1"],
    ["0.5", "5e-1", "0.50"], ["1e21", "1e+21", "10E20", "1000000000000000000000.0"],
    ["1e-7", "0.0000001", "1.0E-07"], ["0.000001", "1e-6"], ["123456.789", "123456789e-3"],
    ["5e-324", "4.9e-324"], ["9007199254740991", "9007199254740991.0"],
    ["0.1", "0.1000000000000000055511151231257827"],
  ]
}
