extension JSONParser {
  /// Parses the string whose opening quote is at `position`.
  mutating func parseString(_ bytes: Span<UInt8>) throws(JSONError) {
    let start = position
    position += 1
    try skipPlainText(bytes)
    guard bytes[position] == UInt8(ascii: "\\") else {
      try append(.plainString, start: start, extent: position - start - 1)
      position += 1
      return
    }
    let decodedStart = decoded.count
    var runStart = start + 1
    while bytes[position] == UInt8(ascii: "\\") {
      decoded.append(bytes, runStart..<position)
      try decodeEscape(bytes)
      runStart = position
      try skipPlainText(bytes)
    }
    decoded.append(bytes, runStart..<position)
    try append(
      .escapedString, start: start, extent: decoded.count - decodedStart, link: decodedStart)
    position += 1
  }

  /// Advances to the next quote or backslash over valid UTF-8 without control characters.
  private mutating func skipPlainText(_ bytes: Span<UInt8>) throws(JSONError) {
    var i = position
    while true {
      i = bytes.firstSpecialStringByte(from: i)
      guard i < bytes.count else { throw JSONError(.unexpectedEnd, at: bytes.count) }
      let byte = bytes[i]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        position = i
        return
      }
      if byte < 0x20 { throw JSONError(.controlCharacter, at: i) }
      // Characters beyond ASCII rarely come alone.
      while i < bytes.count, bytes[i] >= 0x80 {
        let length = bytes.utf8SequenceLength(at: i)
        if length == 0 { throw JSONError(.invalidUTF8, at: i) }
        i += length
      }
    }
  }

  /// Decodes the escape at `position` into `decoded` and advances over it.
  private mutating func decodeEscape(_ bytes: Span<UInt8>) throws(JSONError) {
    let start = position
    guard start + 1 < bytes.count else { throw JSONError(.unexpectedEnd, at: bytes.count) }
    position += 2
    switch bytes[start + 1] {
    case UInt8(ascii: "\""): decoded.append(0x22)
    case UInt8(ascii: "\\"): decoded.append(0x5C)
    case UInt8(ascii: "/"): decoded.append(0x2F)
    case UInt8(ascii: "b"): decoded.append(0x08)
    case UInt8(ascii: "f"): decoded.append(0x0C)
    case UInt8(ascii: "n"): decoded.append(0x0A)
    case UInt8(ascii: "r"): decoded.append(0x0D)
    case UInt8(ascii: "t"): decoded.append(0x09)
    case UInt8(ascii: "u"): try decodeUnicodeEscape(bytes, from: start)
    default: throw JSONError(.invalidEscape, at: start)
    }
  }

  /// Decodes `\uXXXX` or a pair of them; `position` stands on the first digit.
  private mutating func decodeUnicodeEscape(
    _ bytes: Span<UInt8>, from start: Int
  ) throws(JSONError) {
    let unit = try readHexUnit(bytes, from: start)
    switch unit {
    case 0:
      throw JSONError(.nulCharacter, at: start)
    case 0xD800...0xDBFF:
      let next = position
      guard next + 1 < bytes.count, bytes[next] == UInt8(ascii: "\\"),
        bytes[next + 1] == UInt8(ascii: "u")
      else { throw JSONError(.loneSurrogate, at: start) }
      position = next + 2
      let low = try readHexUnit(bytes, from: next)
      guard (0xDC00...0xDFFF).contains(low) else { throw JSONError(.loneSurrogate, at: start) }
      decoded.append(utf8Of: 0x1_0000 + (unit - 0xD800) << 10 + (low - 0xDC00))
    case 0xDC00...0xDFFF:
      throw JSONError(.loneSurrogate, at: start)
    default:
      decoded.append(utf8Of: unit)
    }
  }

  /// Reads four hexadecimal digits at `position`; `start` is where their escape begins.
  private mutating func readHexUnit(
    _ bytes: Span<UInt8>, from start: Int
  ) throws(JSONError) -> UInt32 {
    var unit: UInt32 = 0
    for i in position..<position + 4 {
      guard i < bytes.count else { throw JSONError(.unexpectedEnd, at: bytes.count) }
      let digit: UInt8
      switch bytes[i] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = bytes[i] - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = bytes[i] - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = bytes[i] - UInt8(ascii: "A") + 10
      default: throw JSONError(.invalidEscape, at: start)
      }
      unit = unit << 4 | UInt32(digit)
    }
    position += 4
    return unit
  }
}

extension [UInt8] {
  /// Appends the UTF-8 form of a code point that is not a surrogate.
  fileprivate mutating func append(utf8Of scalar: UInt32) {
    func continuation(_ shift: UInt32) -> UInt8 { UInt8(0x80 | (scalar >> shift & 0x3F)) }
    switch scalar {
    case ..<0x80:
      append(UInt8(scalar))
    case ..<0x800:
      append(UInt8(0xC0 | scalar >> 6))
      append(continuation(0))
    case ..<0x1_0000:
      append(UInt8(0xE0 | scalar >> 12))
      append(continuation(6))
      append(continuation(0))
    default:
      append(UInt8(0xF0 | scalar >> 18))
      append(continuation(12))
      append(continuation(6))
      append(continuation(0))
    }
  }
}
