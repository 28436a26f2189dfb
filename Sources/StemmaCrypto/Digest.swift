/// The SHA-256 of some bytes: the name of every content and every record.
///
/// Written `sha256:` and 64 lower-case hexadecimal digits; no other spelling is accepted, so that one
/// digest has one text. Ordered by its bytes, which is also the order of its text.
package struct Digest: Hashable, Sendable {
  /// Number of raw bytes.
  package static let byteCount = 32

  /// Number of ASCII bytes of the text.
  package static let textCount = 71

  // The 32 bytes as big-endian words, most significant first, so that comparing the words in turn
  // compares the bytes. No heap storage: digests fill sets and dictionaries.
  private let word0: UInt64
  private let word1: UInt64
  private let word2: UInt64
  private let word3: UInt64

  /// Takes 32 raw bytes; any other number of bytes gives `nil`.
  package init?(bytes: some Collection<UInt8>) {
    self.init(bytes: Array(bytes))
  }

  /// Takes 32 raw bytes; any other number of bytes gives `nil`. Not generic, for the same reason as below.
  package init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    unsafe self.init { words in unsafe words.copyBytes(from: bytes) }
  }

  /// Reads the one accepted spelling out of UTF-8; everything else gives `nil`.
  ///
  /// Not generic, and without allocation: every reference of every record comes through here, and an
  /// unspecialised generic costs a hundred times as much.
  package init?(parsing text: Span<UInt8>) {
    guard text.count == Self.textCount else { return nil }
    for i in Self.prefix.indices where text[i] != Self.prefix[i] { return nil }
    // A bit of `faults` above the lowest four is set by any byte that is no digit.
    var faults: UInt8 = 0
    func word(_ start: Int) -> UInt64 {
      var word: UInt64 = 0
      for i in start..<start + 16 {
        let value = Self.value(ofHexDigit: text[i])
        faults |= value
        word = word << 4 | UInt64(value)
      }
      return word
    }
    word0 = word(7)
    word1 = word(23)
    word2 = word(39)
    word3 = word(55)
    guard faults < 16 else { return nil }
  }

  /// Reads the one accepted spelling out of UTF-8; everything else gives `nil`.
  package init?(parsing text: some Collection<UInt8>) {
    self.init(parsing: Array(text).span)
  }

  /// Reads the one accepted spelling; everything else gives `nil`.
  package init?(parsing text: some StringProtocol) {
    self.init(parsing: text.utf8)
  }

  /// The 32 raw bytes.
  package var bytes: [UInt8] {
    var raw: [UInt8] = []
    raw.reserveCapacity(Self.byteCount)
    append(bytesTo: &raw)
    return raw
  }

  /// Appends the 32 raw bytes.
  package func append(bytesTo buffer: inout [UInt8]) {
    unsafe withUnsafeBytes(of: words) { unsafe buffer.append(contentsOf: $0) }
  }

  /// Appends the 71 ASCII bytes of the text.
  package func append(textTo buffer: inout [UInt8]) {
    buffer.append(contentsOf: Self.prefix)
    append(hexTo: &buffer)
  }

  /// The 64 hexadecimal digits without the algorithm: the form of in-toto and of `sha256sum`.
  package var hex: String {
    var text: [UInt8] = []
    text.reserveCapacity(2 * Self.byteCount)
    append(hexTo: &text)
    return String(decoding: text, as: UTF8.self)
  }
}

extension Digest: CustomStringConvertible {
  /// The text, `sha256:` and 64 lower-case hexadecimal digits.
  package var description: String {
    var text: [UInt8] = []
    text.reserveCapacity(Self.textCount)
    append(textTo: &text)
    return String(decoding: text, as: UTF8.self)
  }
}

extension Digest: Comparable {
  package static func < (left: Digest, right: Digest) -> Bool {
    if left.word0 != right.word0 { return left.word0 < right.word0 }
    if left.word1 != right.word1 { return left.word1 < right.word1 }
    if left.word2 != right.word2 { return left.word2 < right.word2 }
    return left.word3 < right.word3
  }
}

extension Digest {
  private static let prefix: [UInt8] = Array("sha256:".utf8)

  /// Has `fill` write the 32 raw bytes in place, without any allocation.
  init(filling fill: (UnsafeMutableRawBufferPointer) -> Void) {
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    unsafe withUnsafeMutableBytes(of: &words) { unsafe fill($0) }
    word0 = UInt64(bigEndian: words.0)
    word1 = UInt64(bigEndian: words.1)
    word2 = UInt64(bigEndian: words.2)
    word3 = UInt64(bigEndian: words.3)
  }

  /// The 32 raw bytes as they lie in memory.
  var words: (UInt64, UInt64, UInt64, UInt64) {
    (word0.bigEndian, word1.bigEndian, word2.bigEndian, word3.bigEndian)
  }

  private func append(hexTo buffer: inout [UInt8]) {
    unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * Self.byteCount) { text in
      var place = 0
      for word in [word0, word1, word2, word3] {
        for shift in stride(from: 60, through: 0, by: -4) {
          unsafe text.initializeElement(
            at: place, to: Self.hexDigit(UInt8(truncatingIfNeeded: word >> UInt64(shift)) & 15))
          place += 1
        }
      }
      unsafe buffer.append(contentsOf: text)
    }
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }

  /// 0 to 15; 255 for any other byte. Both subtractions wrap around where the byte is below the range.
  private static func value(ofHexDigit character: UInt8) -> UInt8 {
    let digit = character &- UInt8(ascii: "0")
    let letter = character &- UInt8(ascii: "a")
    return digit < 10 ? digit : letter < 6 ? letter + 10 : 255
  }
}
