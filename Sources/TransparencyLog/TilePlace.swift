/// Number and width as tlog-tiles writes them at the end of a path: `x001/234/067`, `000.p/17`.
///
/// Three digits an element, so that no folder holds more than a thousand names, and an `x` before all
/// but the last, so that no name is both a folder's and a file's.
struct TilePlace {
  let number: Int64
  let width: Int

  init(number: Int64, width: Int) {
    self.number = number
    self.width = width
  }

  /// Reads a place leniently: the caller compares what it would write with what was there.
  init?(parsing text: Substring.UTF8View) {
    var elements = text.split(separator: UInt8(ascii: "/"))
    var width = Tile.fullWidth
    if elements.count > 1, elements[elements.count - 2].suffix(2).elementsEqual(".p".utf8) {
      guard let partial = parseDecimal(elements.removeLast()) else { return nil }
      width = Int(partial)
      elements.append(elements.removeLast().dropLast(2))
    }
    var number: Int64 = 0
    for element in elements {
      for byte in element.suffix(3) {
        guard let digit = decimalDigit(byte), number <= (Int64.max - digit) / 10 else { return nil }
        number = 10 * number + digit
      }
    }
    self.init(number: number, width: width)
  }
}

extension TilePlace: CustomStringConvertible {
  var description: String {
    var text = Self.threeDigits(number % 1000)
    var rest = number / 1000
    while rest > 0 {
      text = "x\(Self.threeDigits(rest % 1000))/\(text)"
      rest /= 1000
    }
    return width == Tile.fullWidth ? text : "\(text).p/\(width)"
  }

  private static func threeDigits(_ value: Int64) -> String {
    let digits = String(value)
    return String(repeating: "0", count: 3 - digits.utf8.count) + digits
  }
}
