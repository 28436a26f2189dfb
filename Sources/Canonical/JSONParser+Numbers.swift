extension JSONParser {
  /// The largest integer that a double, and so any JSON tool, holds exactly: 2^53 − 1.
  static let largestInteger: UInt64 = 9_007_199_254_740_991

  /// Parses the number that begins at `position`.
  mutating func parseNumber(_ bytes: Span<UInt8>) throws(JSONError) {
    let start = position
    var number = Decimal()
    if bytes[position] == UInt8(ascii: "-") {
      number.isNegative = true
      position += 1
    }
    let integerStart = position
    try readDigits(bytes, into: &number, isFraction: false)
    if bytes[integerStart] == UInt8(ascii: "0"), position > integerStart + 1 {
      throw JSONError(.invalidNumber, at: integerStart)
    }
    var isInteger = true
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      try readDigits(bytes, into: &number, isFraction: true)
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      position += 1
      try readExponent(bytes, into: &number)
    }
    if isInteger {
      try appendInteger(number, start: start)
    } else {
      try appendDouble(number, bytes, start: start)
    }
  }

  /// An integer in range is its own canonical text, except `-0`. Beyond it nothing is rounded: not
  /// even an integer that would print with an exponent, for its writer meant the digits.
  private mutating func appendInteger(_ number: Decimal, start: Int) throws(JSONError) {
    // Truncated digits are beyond the range too, for there are nineteen of them.
    guard number.digits <= Self.largestInteger else {
      throw JSONError(.unsafeInteger, at: start)
    }
    if number.digits == 0, number.isNegative {
      try append(.double, start: start, extent: position - start, link: doubles.count)
      doubles.append(-0.0)
    } else {
      try append(.integer, start: start, extent: position - start)
    }
  }

  private mutating func appendDouble(
    _ number: Decimal, _ bytes: Span<UInt8>, start: Int
  ) throws(JSONError) {
    let value =
      number.exactDouble ?? number.dividedDouble ?? Self.roundedDouble(bytes, start..<position)
    guard value.isFinite else { throw JSONError(.numberOverflow, at: start) }
    // From 10^21 on the canonical text has an exponent, and no reader takes it for an exact integer.
    guard value.magnitude <= Double(Self.largestInteger) || value.magnitude >= 1e21 else {
      throw JSONError(.unsafeInteger, at: start)
    }
    try append(.double, start: start, extent: position - start, link: doubles.count)
    doubles.append(value)
  }

  /// The nearest double to a number whose text has been checked; infinite if it overflows.
  private static func roundedDouble(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Double {
    let text = unsafe bytes.extracting(range).withUnsafeBufferPointer { buffer in
      unsafe String(decoding: buffer, as: UTF8.self)
    }
    return Double(text) ?? .infinity
  }

  /// Reads at least one digit.
  private mutating func readDigits(
    _ bytes: Span<UInt8>, into number: inout Decimal, isFraction: Bool
  ) throws(JSONError) {
    let start = position
    while position < bytes.count {
      let digit = bytes[position] &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      number.append(digit, isFraction: isFraction)
      position += 1
    }
    if position == start {
      throw JSONError(position < bytes.count ? .invalidNumber : .unexpectedEnd, at: position)
    }
  }

  private mutating func readExponent(
    _ bytes: Span<UInt8>, into number: inout Decimal
  ) throws(JSONError) {
    var isNegative = false
    if position < bytes.count {
      isNegative = bytes[position] == UInt8(ascii: "-")
      if isNegative || bytes[position] == UInt8(ascii: "+") { position += 1 }
    }
    var exponent = Decimal()
    try readDigits(bytes, into: &exponent, isFraction: false)
    // Whatever is beyond a thousand leaves the fast paths, which are all that this value is used for.
    let magnitude = exponent.isTruncated ? 1000 : Int(min(exponent.digits, 1000))
    number.exponent += isNegative ? -magnitude : magnitude
  }
}

/// The digits of a number while they are read: ± `digits` × 10^`exponent`.
struct Decimal {
  var isNegative = false
  /// The first nineteen significant digits, which always fit.
  var digits: UInt64 = 0
  var exponent = 0
  /// Whether digits were dropped, and `digits` says nothing any more.
  var isTruncated = false

  mutating func append(_ digit: UInt8, isFraction: Bool) {
    if digits >= 1_000_000_000_000_000_000 {
      isTruncated = true
    } else {
      digits = digits &* 10 &+ UInt64(digit)
      if isFraction { exponent -= 1 }
    }
  }

  /// The value, where one correctly rounded operation gives it: both operands are exact (Clinger,
  /// *How to Read Floating Point Numbers Accurately*, 1990).
  var exactDouble: Double? {
    guard !isTruncated, digits <= 1 << 53, (-22...22).contains(exponent) else { return nil }
    let power = Self.powersOfTen[abs(exponent)]
    let value = exponent < 0 ? Double(digits) / power : Double(digits) * power
    return isNegative ? -value : value
  }

  /// The value, where it is a fraction of two 64-bit integers: a double between 0.001 and 1 that was
  /// printed with all its digits is one.
  ///
  /// The quotient has at least 63 bits, ten more than a double, and what is left of the division makes
  /// its last bit one: then rounding it once, to even where it lies in the middle, rounds the fraction.
  var dividedDouble: Double? {
    guard !isTruncated, digits > 0, (-19...0).contains(exponent) else { return nil }
    let divisor = UInt64(Self.powersOfTen[-exponent])
    let (above, below) = (digits.leadingZeroBitCount, divisor.leadingZeroBitCount)
    let numerator = digits << UInt64(above)
    let (quotient, rest) = (divisor << UInt64(below)).dividingFullWidth(
      (high: numerator >> 1, low: numerator << 63))
    return Double(
      sign: isNegative ? .minus : .plus, exponent: below - above - 63,
      significand: Double(rest == 0 ? quotient : quotient | 1))
  }

  /// 10^0 to 10^22, all of them exact.
  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]
}
