/// How a text may look where it is shown.
package struct TextStyle: Sendable {
  /// Columns of the terminal; nil: lines are as long as they are.
  package var width: Int?
  /// Whether ANSI colours are understood there.
  package var isColoured: Bool

  package init(width: Int? = nil, isColoured: Bool = false) {
    self.width = width
    self.isColoured = isColoured
  }
}

/// One line of differently coloured pieces.
struct StyledLine {
  /// SGR parameters (ECMA-48 §8.3.117).
  enum Colour: String {
    case plain = ""
    case bold = "1"
    case dim = "2"
    case red = "1;31"
    case yellow = "33"
    case cyan = "36"
  }

  private var pieces: [(text: String, colour: Colour)] = []

  mutating func append(_ text: String, _ colour: Colour = .plain) {
    if !text.isEmpty { pieces.append((text, colour)) }
  }

  /// Appends the line to `output`, with a line feed.
  ///
  /// - Parameter tail: is kept whole where the line is cut.
  func write(to output: inout String, _ style: TextStyle, tail: StyledLine = StyledLine()) {
    // Measuring costs more than all the rest.
    var room = style.width.map { max(10, $0 - tail.columns) }
    for (text, colour) in pieces {
      guard let left = room else {
        Self.write(text, colour, style, to: &output)
        continue
      }
      let columns = DisplayWidth.columns(of: text)
      Self.write(DisplayWidth.fitted(text, into: left), colour, style, to: &output)
      guard columns < left else { break }
      room = left - columns
    }
    for (text, colour) in tail.pieces { Self.write(text, colour, style, to: &output) }
    output += "\n"
  }

  private var columns: Int { pieces.reduce(0) { $0 + DisplayWidth.columns(of: $1.text) } }

  private static func write(
    _ text: String, _ colour: Colour, _ style: TextStyle, to output: inout String
  ) {
    let isColoured = style.isColoured && colour != .plain
    output += isColoured ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
  }
}
