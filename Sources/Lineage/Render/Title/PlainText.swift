/// Text out of records, made fit to stand in a line that people read.
///
/// Records hold whatever their writers chose. Characters that would move a cursor, turn the reading
/// direction or hide others (controls, bidirectional overrides, tags, what is not assigned) become visible as
/// `\u{202e}`; line breaks and tabs become spaces. This is no escaping for a format: each renderer
/// escapes for its own.
package enum PlainText {
  /// - Parameter limit: characters at the most; what is longer ends in `…`.
  package static func line(_ text: String, limit: Int = 120) -> String {
    var line = String.UnicodeScalarView()
    var count = 0
    for scalar in text.unicodeScalars {
      // Whatever is escaped below counts once: a title of nothing but controls is no title to read.
      guard count < limit else {
        line.append("…")
        break
      }
      count += 1
      switch scalar {
      case "\n", "\r", "\t": line.append(" ")
      case _ where isHarmless(scalar): line.append(scalar)
      default: line.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
      }
    }
    return String(line)
  }

  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return (0x20...0x7E).contains(scalar.value) }
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
      return false
    // The joiners are letters' parts in Persian, Hindi and others, and bind emoji together.
    case .format: return scalar == "\u{200C}" || scalar == "\u{200D}"
    default: return true
    }
  }
}
