import Canonical
import Testing

/// Large inputs. None of these may take time that grows faster than n log n; the
/// limit tells seconds from hours.
@Suite(.timeLimit(.minutes(5))) struct SizeTests {
  /// 7919 is a prime that does not divide the counts, so that this visits every number once.
  static func scattered(_ count: Int) -> [Int] { (0..<count).map { $0 * 7919 % count } }

  static func object(keys: some Sequence<String>) -> [UInt8] {
    var text: [UInt8] = [UInt8(ascii: "{")]
    for key in keys {
      if text.count > 1 { text.append(UInt8(ascii: ",")) }
      text.append(UInt8(ascii: "\""))
      text.append(contentsOf: key.utf8)
      text.append(contentsOf: "\":0".utf8)
    }
    text.append(UInt8(ascii: "}"))
    return text
  }

  @Test func sortsAMillionKeys() throws {
    let numbers = Self.scattered(1_000_000)
    let document = try JSONDocument(
      parsing: Self.object(keys: numbers.lazy.map { "\($0 + 1_000_000)" }))
    #expect(document.root.count == 1_000_000)
    let expected = Self.object(keys: (1_000_000..<2_000_000).lazy.map { "\($0)" })
    #expect(document.root.canonicalBytes() == expected)
  }

  @Test func findsOneDuplicateAmongManyKeys() throws {
    var numbers = Self.scattered(200_000)
    numbers.append(numbers[123_456])
    let text = Self.object(keys: numbers.lazy.map { "\($0 + 1_000_000)" })
    // Each member takes twelve bytes: comma, two quotes, seven digits, colon and zero.
    #expect(throws: JSONError(.duplicateKey, at: 1 + 12 * 200_000)) {
      try JSONDocument(parsing: text)
    }
  }

  /// Keys that agree in length and in their first bytes, the worst case of the sort; whatever hash
  /// a parser had, nothing could be worse for this one.
  @Test(arguments: ["", "\\n", "\u{E9}"])
  func sortsKeysWithALongCommonBeginning(_ escape: String) throws {
    let beginning = String(repeating: "x", count: 100) + escape
    let keys = Self.scattered(20_000).map { beginning + String($0 + 100_000) }
    let document = try JSONDocument(parsing: Self.object(keys: keys))
    #expect(document.root.canonicalBytes() == Self.object(keys: keys.sorted()))
  }

  /// Every key is built of `Aa` and `BB`, which many polynomial hashes cannot tell apart.
  @Test func sortsKeysThatCollideInPolynomialHashes() throws {
    let keys = (0..<1 << 15).reversed().map { number in
      (0..<15).map { number >> $0 & 1 == 0 ? "Aa" : "BB" }.joined()
    }
    let document = try JSONDocument(parsing: Self.object(keys: keys))
    #expect(document.root.canonicalBytes() == Self.object(keys: keys.sorted()))
  }

  @Test func parsesManySmallUnorderedObjects() throws {
    let text = Array(
      "[\(repeatElement(#"{"b":1,"a":"\n"}"#, count: 100_000).joined(separator: ","))]".utf8)
    let expected = Array(
      "[\(repeatElement(#"{"a":"\n","b":1}"#, count: 100_000).joined(separator: ","))]".utf8)
    #expect(try JSONDocument(parsing: text).root.canonicalBytes() == expected)
  }

  @Test func readsAFractionOfAMillionDigits() throws {
    let text = Array("0.".utf8) + [UInt8](repeating: UInt8(ascii: "3"), count: 1_000_000)
    #expect(try JSONDocument(parsing: text).root.double == 1.0 / 3)
  }

  @Test func refusesAnIntegerOfAMillionDigits() {
    #expect(throws: JSONError(.unsafeInteger, at: 0)) {
      try JSONDocument(parsing: [UInt8](repeating: UInt8(ascii: "9"), count: 1_000_000))
    }
  }

  @Test func readsAnExponentOfAMillionDigits() throws {
    let digits = [UInt8](repeating: UInt8(ascii: "9"), count: 1_000_000)
    #expect(try JSONDocument(parsing: Array("1e-".utf8) + digits).root.double == 0)
    #expect(throws: JSONError(.numberOverflow, at: 0)) {
      try JSONDocument(parsing: Array("1e".utf8) + digits)
    }
  }

  @Test func copiesALongString() throws {
    let text = [0x22] + [UInt8](repeating: UInt8(ascii: "s"), count: 10_000_000) + [0x22]
    let document = try JSONDocument(parsing: text)
    #expect(document.root.bytes.count == 10_000_000)
    #expect(document.root.canonicalBytes() == text)
  }

  @Test func decodesALongStringOfEscapes() throws {
    let text = Array("\"\(String(repeating: "\\u00e9", count: 100_000))\"".utf8)
    let document = try JSONDocument(parsing: text)
    #expect(document.root.bytes.count == 200_000)
    #expect(document.root.text == String(repeating: "\u{E9}", count: 100_000))
  }
}
