// The grammars of FORMAT.md section 2, over UTF-8 bytes. None of them allocates.

/// `[a-z0-9][a-z0-9._-]{0,62}`: what a role is, among others.
package func isIdentifier(_ utf8: some Sequence<UInt8>) -> Bool {
  TextRule.identifier.accepts(Array(utf8).span)
}

func isName(_ bytes: Span<UInt8>) -> Bool {
  guard (1...255).contains(bytes.count) else { return false }
  var pathEnd = bytes.count
  if let at = index(of: UInt8(ascii: "@"), in: bytes, from: 0) {
    guard isSegment(bytes, at + 1..<bytes.count) else { return false }
    pathEnd = at
  }
  var start = 0
  while let slash = index(of: UInt8(ascii: "/"), in: bytes, from: start), slash < pathEnd {
    guard isSegment(bytes, start..<slash) else { return false }
    start = slash + 1
  }
  // `…/names/x/history` asks for the moves of x: a name that ended so could not be asked for.
  if start > 0, pathEnd == bytes.count, isHistory(bytes, start..<pathEnd) { return false }
  return isSegment(bytes, start..<pathEnd)
}

/// `[a-z0-9][a-z0-9._-]*`.
func isSegment(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
  guard !range.isEmpty, isLowerOrDigit(bytes[range.lowerBound]) else { return false }
  for i in range {
    switch bytes[i] {
    case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): continue
    case let byte where isLowerOrDigit(byte): continue
    default: return false
    }
  }
  return true
}

private func isHistory(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
  let history: StaticString = "history"
  guard range.count == history.utf8CodeUnitCount else { return false }
  for i in range where unsafe bytes[i] != history.utf8Start[i - range.lowerBound] { return false }
  return true
}

func isUUID(_ bytes: Span<UInt8>) -> Bool {
  guard bytes.count == 36 else { return false }
  for i in 0..<36 {
    switch i {
    case 8, 13, 18, 23: guard bytes[i] == UInt8(ascii: "-") else { return false }
    default: guard isHexadecimal(bytes[i]) else { return false }
    }
  }
  return true
}

func isMediaType(_ bytes: Span<UInt8>) -> Bool {
  guard let slash = index(of: UInt8(ascii: "/"), in: bytes, from: 0) else { return false }
  return isRestrictedName(bytes, 0..<slash) && isRestrictedName(bytes, slash + 1..<bytes.count)
}

/// RFC 6838 section 4.2, without capitals.
private func isRestrictedName(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
  guard (1...127).contains(range.count), isLowerOrDigit(bytes[range.lowerBound]) else {
    return false
  }
  for i in range {
    switch bytes[i] {
    case 0x21, 0x23, 0x24, 0x26, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F: continue  // ! # $ & + - . ^ _
    case let byte where isLowerOrDigit(byte): continue
    default: return false
    }
  }
  return true
}

/// `YYYY-MM-DDThh:mm:ss.ffffffZ`: years 0001 to 9999, a day that the month has, no leap second.
func isTime(_ bytes: Span<UInt8>) -> Bool {
  let pattern: StaticString = "0000-00-00T00:00:00.000000Z"
  guard bytes.count == pattern.utf8CodeUnitCount else { return false }
  for i in 0..<bytes.count {
    let expected = unsafe pattern.utf8Start[i]
    guard expected == 0x30 ? isDigit(bytes[i]) : bytes[i] == expected else { return false }
  }
  let year = number(bytes, 0..<4)
  let month = number(bytes, 5..<7)
  let day = number(bytes, 8..<10)
  return year >= 1 && (1...12).contains(month) && day >= 1 && day <= days(in: month, of: year)
    && number(bytes, 11..<13) <= 23 && number(bytes, 14..<16) <= 59 && number(bytes, 17..<19) <= 59
}

private func days(in month: Int, of year: Int) -> Int {
  switch month {
  case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
  case 4, 6, 9, 11: 30
  default: 31
  }
}

private func number(_ digits: Span<UInt8>, _ range: Range<Int>) -> Int {
  range.reduce(0) { $0 * 10 + Int(digits[$1] - 0x30) }
}

/// `[a-z][a-z0-9_-]{0,62}`: what a record of a commit can be called inside it.
func isHandle(_ bytes: Span<UInt8>, from start: Int) -> Bool {
  guard (1...63).contains(bytes.count - start), isLower(bytes[start]) else { return false }
  for i in start..<bytes.count {
    let byte = bytes[i]
    guard isLowerOrDigit(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") else {
      return false
    }
  }
  return true
}

// MARK: Bytes

func all(of bytes: Span<UInt8>, _ isAllowed: (UInt8) -> Bool) -> Bool {
  for i in 0..<bytes.count where !isAllowed(bytes[i]) { return false }
  return true
}

private func index(of byte: UInt8, in bytes: Span<UInt8>, from start: Int) -> Int? {
  var i = start
  while i < bytes.count {
    if bytes[i] == byte { return i }
    i += 1
  }
  return nil
}

func isBase64URL(_ byte: UInt8) -> Bool {
  isLowerOrDigit(byte) || (0x41...0x5A).contains(byte) || byte == UInt8(ascii: "-")
    || byte == UInt8(ascii: "_")
}

func isHexadecimal(_ byte: UInt8) -> Bool { isDigit(byte) || (0x61...0x66).contains(byte) }

private func isLowerOrDigit(_ byte: UInt8) -> Bool { isLower(byte) || isDigit(byte) }

private func isLower(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }

private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
