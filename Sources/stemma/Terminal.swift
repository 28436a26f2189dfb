import Glibc
import Lineage

/// Standard output and error, as bytes.
enum Terminal {
  /// Writes everything, or ends the program where the reader is gone.
  static func write(_ bytes: [UInt8], to descriptor: Int32 = 1) {
    guard LocalFile.write(bytes, to: descriptor) else { exit(3) }
  }

  /// How standard output likes its text: colour and width only where a person looks at it.
  static var style: TextStyle {
    guard isatty(1) == 1 else { return TextStyle() }
    var size = winsize()
    let isKnown = unsafe ioctl(1, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    let isColoured =
      Environment.value("NO_COLOR") == nil && Environment.value("TERM") != "dumb"
    return TextStyle(width: isKnown ? Int(size.ws_col) : nil, isColoured: isColoured)
  }

  static func print(_ text: String) { write(Array((text + "\n").utf8)) }

  /// Says it on standard error. What a server or a file put into it moves no cursor.
  static func complain(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { PlainText.line(String($0), limit: 4096) }
    write(Array("stemma: \(lines.joined(separator: "\n"))\n".utf8), to: 2)
  }
}
