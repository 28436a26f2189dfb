import Canonical
import SeededRandom
import Testing

@Suite struct NumberTests {
  private func text(of value: Double) -> String {
    var bytes: [UInt8] = []
    CanonicalText.append(double: value, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(arguments: NumberTable.rfc8785)
  func printsTheTableOfTheRFC(bits: UInt64, text: String) {
    #expect(self.text(of: Double(bitPattern: bits)) == text)
  }

  @Test(arguments: NumberTable.hard)
  func printsHardNumbers(bits: UInt64, text: String) {
    #expect(self.text(of: Double(bitPattern: bits)) == text)
  }

  /// What is printed reads back as the same double, whenever the parser takes it.
  @Test func printsWhatItReads() throws {
    var random = SplitMix64(seed: 8785)
    var read = 0
    for _ in 0..<20_000 {
      let value = Double(bitPattern: random.next())
      guard value.isFinite else { continue }
      let bytes = Array(text(of: value).utf8)
      if (0x1p53..<1e21).contains(value.magnitude) {
        #expect(throws: JSONError(.unsafeInteger, at: 0)) { try JSONDocument(parsing: bytes) }
      } else {
        let document = try JSONDocument(parsing: bytes)
        #expect(document.root.double == value)
        #expect(document.root.canonicalBytes() == bytes)
        read += 1
      }
    }
    #expect(read > 15_000)
  }

  /// Around the bounds between which Swift's own text is taken as it is: the point stands where
  /// ECMAScript has it, and the digits are those of the description.
  @Test(arguments: -22...68)
  func printsFractionsOfEverySize(exponent: Int) throws {
    var random = SplitMix64(seed: UInt64(exponent + 100))
    for _ in 0..<500 {
      let value =
        Double.random(in: -2..<2, using: &random)
        * Double(sign: .plus, exponent: exponent, significand: 1)
      let text = text(of: value)
      #expect(text.contains("e") == (value.magnitude < 1e-6 && value != 0))
      #expect(text.contains("e") || !text.contains(".") || !text.hasSuffix("0"))
      #expect(Double(text)?.bitPattern == value.bitPattern)
    }
  }

  /// Decimal fractions of every length, against the library's correctly rounded conversion.
  @Test func readsDecimalFractions() throws {
    var random = SplitMix64(seed: 754)
    for _ in 0..<20_000 {
      let whole = random.next() >> UInt64.random(in: 12...63, using: &random)
      let fraction = random.next() >> UInt64.random(in: 0...63, using: &random)
      let exponent = Int.random(in: -40...40, using: &random)
      let text = "-\(whole).\(fraction)e\(exponent)"
      let expected = try #require(Double(text))
      guard !(0x1p53..<1e21).contains(expected.magnitude) else { continue }
      #expect(try JSONDocument(parsing: Array(text.utf8)).root.double == expected, "\(text)")
    }
  }

  /// Up to nineteen digits over each power of ten; also what lies in the middle between two doubles,
  /// and on either side of it.
  @Test(arguments: 0...19)
  func roundsFractionsOnce(places: Int) throws {
    var random = SplitMix64(seed: UInt64(places))
    for _ in 0..<2000 {
      let middle = (1 << 54 | random.next() >> 10 | 3) << UInt64.random(in: 0...4, using: &random)
      let any = random.next() >> UInt64.random(in: 1...63, using: &random)
      for digits in [middle - 1, middle, middle + 1, any | 1] {
        let text = "\(digits)e-\(places)"
        let expected = try #require(Double(text))
        guard expected < 0x1p53 else { continue }
        #expect(try JSONDocument(parsing: Array(text.utf8)).root.double == expected, "\(text)")
      }
    }
  }

  @Test(arguments: [
    ("0", 0), ("-0", 0), ("-0.0", 0), ("1.0", 1), ("1e2", 100), ("-15e-1", nil), ("1.5", nil),
    ("1e21", nil), ("1e-400", 0), ("9007199254740991", 9_007_199_254_740_991),
    ("-9007199254740991", -9_007_199_254_740_991), ("9007199254740991.0", 9_007_199_254_740_991),
    ("1000000000000000", 1_000_000_000_000_000), ("-12", -12), ("0.5e1", 5),
  ])
  func tellsIntegers(text: String, expected: Int64?) throws {
    #expect(try JSONDocument(parsing: Array(text.utf8)).root.integer == expected)
  }

  @Test func printsIntegers() {
    for (value, text) in [
      (0, "0"), (7, "7"), (-10, "-10"), (Int64.max, "9223372036854775807"),
      (Int64.min, "-9223372036854775808"),
    ] {
      var bytes: [UInt8] = []
      CanonicalText.append(integer: value, to: &bytes)
      #expect(bytes == Array(text.utf8))
    }
  }

  @Test func infinityHasNoText() async {
    await #expect(processExitsWith: .failure) {
      var bytes: [UInt8] = []
      CanonicalText.append(double: .infinity, to: &bytes)
    }
  }
}
