import Frames
import Testing

@Suite struct LZ4BlockTests {
  /// Text that compresses, of any length.
  static func text(_ count: Int) -> [UInt8] {
    Array("the stemma is the family tree of the text; ".utf8).cycled(count)
  }

  @Test(arguments: [64, 100, 1000, 65_535, 65_536, 65_537, 1 << 20, 5_000_001])
  func roundTrips(count: Int) throws {
    let bytes = Self.text(count)
    let block = try #require(packed(bytes))
    #expect(block.count < bytes.count)
    #expect(try opened(block, size: count, limit: count) == bytes)
  }

  @Test(arguments: [0, 1, 2, 12])
  func leavesShortBytesAlone(count: Int) {
    #expect(packed(Self.text(count)) == nil)
  }

  @Test func leavesRandomBytesAlone() {
    var generator = SystemRandomNumberGenerator()
    let noise = (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    #expect(packed(noise) == nil)
  }

  /// Blocks made by PyPI `lz4` 4.4.5 (`lz4.block.compress(…, store_size=False)`), both modes.
  @Test(arguments: [
    "e0746865207374656d6d61206973200e00e166616d696c792074726565206f66130055746578743b0a000b29000324"
      + "00024500022600020c000b28000f510071506d6d613b20",
    "e0746865207374656d6d61206973200e00e166616d696c792074726565206f66130055746578743b0a000b29000324"
      + "000245002f3b2051008a506d6d613b20",
  ])
  func readsBlocksOfAnotherWriter(hex: String) throws {
    let sentence =
      "the stemma is the family tree of the text; the text is the family of the stemma; "
    let block = try #require([UInt8](hex: hex))
    let text = try opened(block, size: 243, limit: 243)
    #expect(text == Array(sentence.utf8).cycled(243))
  }

  @Test func readsTheBlockOfNoBytes() throws {
    #expect(try opened([0], size: 0, limit: 0) == [])
    #expect(throws: malformed) { try opened([], size: 0, limit: 0) }
  }
}
