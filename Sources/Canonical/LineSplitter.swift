/// Cuts bytes that come in pieces of any size into lines.
package struct LineSplitter: Sendable {
  /// Of a line whose newline has not come.
  package private(set) var rest: [UInt8] = []

  package init() {}

  /// The lines that end in `bytes`, without their newlines.
  package mutating func take(_ bytes: [UInt8]) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var from = bytes.startIndex
    while let end = bytes[from...].firstIndex(of: UInt8(ascii: "\n")) {
      lines.append(rest + bytes[from..<end])
      rest = []
      from = end + 1
    }
    rest += bytes[from...]
    return lines
  }
}
