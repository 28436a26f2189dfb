import Testing

@testable import Worker

struct OutputTailTests {
  /// However what was said came in pieces.
  @Test(arguments: [10_000, 65_536, 100_000, 131_072, 300_000])
  func keepsWholeLines(_ piece: Int) {
    let said = Array((1...40_000).map { "line \($0)\n" }.joined().utf8)
    var tail = OutputTail()
    for start in stride(from: 0, to: said.count, by: piece) {
      tail.add(said[start..<min(start + piece, said.count)])
      let sofar = said.prefix(start + piece)
      let end = tail.end
      #expect(end.count <= OutputTail.capacity && end.count >= min(sofar.count, 65_000))
      #expect(sofar.suffix(end.count).elementsEqual(end))
      #expect(String(decoding: end.prefix(5), as: UTF8.self) == "line ")
    }
  }

  @Test func keepsALongLineWithoutItsBeginning() {
    var tail = OutputTail()
    tail.add([UInt8](repeating: 65, count: 200_000))
    #expect(tail.end == [UInt8](repeating: 65, count: 64 << 10))
    #expect(OutputTail().end.isEmpty)
  }
}
