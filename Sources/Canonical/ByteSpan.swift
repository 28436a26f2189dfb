extension Span<UInt8> {
  /// The first index from `start` on that holds a quote, a backslash, a control character or a byte
  /// of a multi-byte sequence; `count` where there is none.
  ///
  /// Eight bytes a step. In each byte of the word the highest bit ends up set if the byte is one of
  /// those; a borrow or carry can set it wrongly only above a byte that is truly one, and the lowest
  /// is the one that is taken.
  @inline(__always)
  func firstSpecialStringByte(from start: Int) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let tops: UInt64 = 0x8080_8080_8080_8080
    var i = start
    while i + 8 <= count {
      let word = unsafe UInt64(
        littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: i, as: UInt64.self))
      let quotes = word ^ (ones &* 0x22)
      let backslashes = word ^ (ones &* 0x5C)
      let special =
        (word &- ones &* 0x20) | (quotes &- ones) | (backslashes &- ones) | word
      let found = special & tops
      if found != 0 { return i + found.trailingZeroBitCount >> 3 }
      i += 8
    }
    while i < count, self[i] >= 0x20, self[i] < 0x80, self[i] != 0x22, self[i] != 0x5C { i += 1 }
    return i
  }

  /// The first eight bytes at `range`, the first one highest, padded with 0; nil if they are not all
  /// ASCII or the word reaches beyond the end.
  func asciiPrefix(of range: Range<Int>) -> UInt64? {
    guard range.lowerBound + 8 <= count else { return nil }
    let word = unsafe UInt64(
      bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: range.lowerBound, as: UInt64.self))
    let padding = UInt64(8 * Swift.max(0, 8 - range.count))
    // Shifting by 64, for an empty range, gives 0.
    let prefix = (word >> padding) << padding
    return prefix & 0x8080_8080_8080_8080 == 0 ? prefix : nil
  }

  /// The length of the UTF-8 sequence that begins at `index`, 0 where the bytes there are not one
  /// (Unicode Standard, table 3-7: no overlong forms, no surrogates, nothing beyond U+10FFFF).
  func utf8SequenceLength(at index: Int) -> Int {
    let lead = self[index]
    if lead < 0x80 { return 1 }
    guard index + 1 < count else { return 0 }
    let second = self[index + 1]
    switch lead {
    case 0xC2...0xDF:
      return isContinuation(second) ? 2 : 0
    case 0xE0...0xEF:
      let lowest: UInt8 = lead == 0xE0 ? 0xA0 : 0x80
      let highest: UInt8 = lead == 0xED ? 0x9F : 0xBF
      guard second >= lowest, second <= highest, index + 2 < count else { return 0 }
      return isContinuation(self[index + 2]) ? 3 : 0
    case 0xF0...0xF4:
      let lowest: UInt8 = lead == 0xF0 ? 0x90 : 0x80
      let highest: UInt8 = lead == 0xF4 ? 0x8F : 0xBF
      guard second >= lowest, second <= highest, index + 3 < count else { return 0 }
      return isContinuation(self[index + 2]) && isContinuation(self[index + 3]) ? 4 : 0
    default:
      return 0
    }
  }

  private func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

  /// Whether the bytes are those of `literal`.
  func isEqual(to literal: StaticString) -> Bool {
    precondition(literal.hasPointerRepresentation, "a single scalar literal has no bytes")
    guard count == literal.utf8CodeUnitCount else { return false }
    let expected = unsafe UnsafeBufferPointer(
      start: literal.utf8Start, count: literal.utf8CodeUnitCount)
    for i in 0..<count where unsafe self[i] != expected[i] { return false }
    return true
  }

  /// Whether the bytes are those of `other`.
  func isEqual(to other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    for i in 0..<count where self[i] != other[i] { return false }
    return true
  }
}

extension [UInt8] {
  /// Appends the UTF-8 of a literal in one copy: `+=` of a string's UTF-8 goes through its iterator.
  package mutating func append(_ literal: StaticString) {
    unsafe append(
      contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
  }

  /// Appends the bytes at `range` in one copy.
  mutating func append(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    unsafe bytes.extracting(range).withUnsafeBufferPointer { buffer in
      unsafe append(contentsOf: buffer)
    }
  }
}
