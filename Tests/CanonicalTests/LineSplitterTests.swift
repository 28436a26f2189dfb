import Canonical
import Testing

@Suite struct LineSplitterTests {
  @Test(arguments: 1...12)
  func linesAreThoseOfTheWholeWhateverThePieces(size: Int) {
    let bytes = Array("ab\n\ncdefg\nh\nrest".utf8)
    var splitter = LineSplitter()
    var lines: [[UInt8]] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      lines += splitter.take(Array(bytes[start..<min(start + size, bytes.count)]))
    }
    #expect(lines == ["ab", "", "cdefg", "h"].map { Array($0.utf8) })
    #expect(splitter.rest == Array("rest".utf8))
  }
}
