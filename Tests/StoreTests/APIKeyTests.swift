import Testing

@testable import Store

@Suite struct APIKeyTests {
  @Test func newKeyReadsAsItself() throws {
    let key = try #require(APIKey(random: [UInt8](0..<38)))
    #expect(key.text.hasPrefix("stemma_000102030405_"))
    #expect(APIKey(key.text)?.secretHash == key.secretHash)
  }

  @Test(arguments: ["", "stemma_", "stemma_00010203040_x", "Stemma_000102030405_"])
  func malformedKeyIsNoKey(_ text: String) {
    #expect(APIKey(text) == nil)
  }

  @Test func timeIsWrittenAsFormatSays() {
    #expect(Timestamp(microseconds: 0).description == "1970-01-01T00:00:00.000000Z")
    #expect(
      Timestamp(microseconds: 1_709_164_799_000_001).description == "2024-02-28T23:59:59.000001Z")
    #expect(
      Timestamp(microseconds: 1_709_164_800_000_000).description == "2024-02-29T00:00:00.000000Z")
    #expect(Timestamp(microseconds: -1).description == "1969-12-31T23:59:59.999999Z")
  }
}
