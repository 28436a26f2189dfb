import StemmaCrypto
import Testing

@Suite struct RandomBytesTests {
  @Test(arguments: [0, 1, 16, 32, 100_000])
  func givesAsManyAsAsked(count: Int) {
    #expect(randomBytes(count).count == count)
  }

  @Test func neverGivesTheSameTwice() {
    #expect(Set((0..<1000).map { _ in randomBytes(16) }).count == 1000)
  }

  /// Chance of a false alarm: 256 · (255/256)^100,000, below 10^-160.
  @Test func usesEveryByteValue() {
    #expect(Set(randomBytes(100_000)).count == 256)
  }
}
