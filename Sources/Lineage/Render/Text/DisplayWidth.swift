/// Columns that text takes on a terminal (UAX #11, as far as terminals agree).
enum DisplayWidth {
  /// - Precondition: no controls (`PlainText`).
  static func columns(of text: String) -> Int {
    text.reduce(0) { $0 + columns(of: $1) }
  }

  /// `text`, where it fits; otherwise as much of it as fits, and `…`.
  static func fitted(_ text: String, into columns: Int) -> String {
    guard self.columns(of: text) > columns else { return text }
    var rest = columns - 1
    var fitted = ""
    for character in text {
      rest -= self.columns(of: character)
      guard rest >= 0 else { break }
      fitted.append(character)
    }
    return fitted + "…"
  }

  private static func columns(of character: Character) -> Int {
    // The lines of a tree are box drawing: by far the most of what is measured.
    guard let first = character.unicodeScalars.first, !first.isASCII,
      !(0x2500...0x257F).contains(first.value)
    else { return 1 }
    return wide.contains { $0.contains(first.value) } || first.properties.isEmojiPresentation
      ? 2 : 1
  }

  /// East Asian Wide and Fullwidth, whole blocks at a time.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
    0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
    0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1B000...0x1B2FF, 0x20000...0x3FFFD,
  ]
}
