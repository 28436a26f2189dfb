/// The canonical text of scalars (RFC 8785 §3.2.2), appended to the bytes of a document.
package enum CanonicalText {
  /// Appends a string in quotes. Escaped are the quote, the backslash and U+0000–U+001F, with the
  /// short forms where JSON has them (RFC 8785 §3.2.2.2).
  ///
  /// - Precondition: `utf8` is valid UTF-8; this is not checked.
  package static func append(string utf8: Span<UInt8>, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    var runStart = 0
    var i = utf8.firstSpecialStringByte(from: 0)
    while i < utf8.count {
      let byte = utf8[i]
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        output.append(utf8, runStart..<i)
        append(escapeOf: byte, to: &output)
        runStart = i + 1
      }
      i = utf8.firstSpecialStringByte(from: i + 1)
    }
    output.append(utf8, runStart..<utf8.count)
    output.append(UInt8(ascii: "\""))
  }

  private static func append(escapeOf byte: UInt8, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\\"))
    switch byte {
    case 0x08: output.append(UInt8(ascii: "b"))
    case 0x09: output.append(UInt8(ascii: "t"))
    case 0x0A: output.append(UInt8(ascii: "n"))
    case 0x0C: output.append(UInt8(ascii: "f"))
    case 0x0D: output.append(UInt8(ascii: "r"))
    case 0x20...: output.append(byte)
    default:
      let low = byte & 0x0F
      output.append(UInt8(ascii: "u"))
      output.append(UInt8(ascii: "0"))
      output.append(UInt8(ascii: "0"))
      output.append(UInt8(ascii: "0") + byte >> 4)
      output.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
    }
  }

  /// Appends an integer.
  package static func append(integer value: Int64, to output: inout [UInt8]) {
    // 19 digits and a sign, written from the last.
    unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { text in
      var start = text.count
      var rest = value.magnitude
      repeat {
        let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
        start -= 1
        unsafe text.initializeElement(at: start, to: UInt8(ascii: "0") + UInt8(digit))
        rest = quotient
      } while rest > 0
      if value < 0 {
        start -= 1
        unsafe text.initializeElement(at: start, to: UInt8(ascii: "-"))
      }
      unsafe output.append(contentsOf: text[start...])
    }
  }

  /// Appends a number as ECMAScript prints it (RFC 8785 §3.2.2.3, ECMA-262 Number::toString).
  ///
  /// Swift's `description` has the same digits, the shortest that read back as `value` and among
  /// those the nearest; it differs only in where it puts point and exponent.
  ///
  /// - Precondition: `value` is finite.
  package static func append(double value: Double, to output: inout [UInt8]) {
    precondition(value.isFinite, "JSON has no NaN and no infinity")
    if value.magnitude <= 9_007_199_254_740_991, let integer = Int64(exactly: value) {
      append(integer: integer, to: &output)
      return
    }
    if 0x1p-13 <= value.magnitude, value.magnitude < 0x1p53 {
      // Here `description` has no exponent either, and with integers gone no `.0` at its end.
      var text = value.description
      text.withUTF8 { unsafe output.append(contentsOf: $0) }
      return
    }
    if value < 0 { output.append(UInt8(ascii: "-")) }
    ShortestDigits(of: value.magnitude).append(to: &output)
  }
}

/// A positive number as 0.d₁d₂…dₖ × 10^point, with no zero at either end.
private struct ShortestDigits {
  /// ASCII, in the first `count` places.
  private var digits: [17 of UInt8] = .init(repeating: 0)
  private var count = 0
  private var point = 0

  /// Takes apart the `description` of a positive finite number: `123.5`, `1e-07`, `1.5e+300`.
  init(of value: Double) {
    var exponent = 0
    var exponentIsNegative = false
    var inExponent = false
    var inFraction = false
    // Zeros that become digits only if another digit follows.
    var pendingZeros = 0
    for byte in value.description.utf8 {
      switch byte {
      case UInt8(ascii: "."): inFraction = true
      case UInt8(ascii: "e"): inExponent = true
      case UInt8(ascii: "-"): exponentIsNegative = true
      case UInt8(ascii: "+"): break
      case _ where inExponent: exponent = exponent * 10 + Int(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "0") where count == 0:
        if inFraction { point -= 1 }
      case UInt8(ascii: "0"):
        pendingZeros += 1
        if !inFraction { point += 1 }
      default:
        for _ in 0..<pendingZeros { append(digit: UInt8(ascii: "0")) }
        pendingZeros = 0
        append(digit: byte)
        if !inFraction { point += 1 }
      }
    }
    point += exponentIsNegative ? -exponent : exponent
  }

  private mutating func append(digit: UInt8) {
    digits[count] = digit
    count += 1
  }

  /// Writes the digits by the four cases of ECMA-262 Number::toString.
  func append(to output: inout [UInt8]) {
    switch point {
    case count...21:
      append(0..<count, to: &output)
      appendZeros(point - count, to: &output)
    case 1...21:
      append(0..<point, to: &output)
      output.append(UInt8(ascii: "."))
      append(point..<count, to: &output)
    case -5...0:
      output.append(UInt8(ascii: "0"))
      output.append(UInt8(ascii: "."))
      appendZeros(-point, to: &output)
      append(0..<count, to: &output)
    default:
      append(0..<1, to: &output)
      if count > 1 {
        output.append(UInt8(ascii: "."))
        append(1..<count, to: &output)
      }
      let exponent = point - 1
      output.append(UInt8(ascii: "e"))
      output.append(exponent < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
      CanonicalText.append(integer: Int64(abs(exponent)), to: &output)
    }
  }

  private func append(_ range: Range<Int>, to output: inout [UInt8]) {
    for i in range { output.append(digits[i]) }
  }

  private func appendZeros(_ zeros: Int, to output: inout [UInt8]) {
    for _ in 0..<zeros { output.append(UInt8(ascii: "0")) }
  }
}
