import Frames
import Testing

@Suite struct HostileBlockTests {
  static let bytes = LZ4BlockTests.text(3000)

  static func block() throws -> [UInt8] {
    try #require(packed(bytes))
  }

  @Test func refusesEveryTruncation() throws {
    let block = try Self.block()
    for count in block.indices {
      let cut = Array(block[..<count])
      #expect(throws: malformed, "\(count) bytes") {
        try opened(cut, size: Self.bytes.count, limit: 1 << 20)
      }
    }
  }

  @Test func refusesEveryOtherSize() throws {
    let block = try Self.block()
    for size in 0...4000 where size != Self.bytes.count {
      #expect(throws: malformed, "size \(size)") {
        try opened(block, size: size, limit: 4000)
      }
    }
  }

  @Test func refusesBytesAfterTheBlock() throws {
    for extra in [[0], [0, 0], [UInt8](repeating: 0x11, count: 20)] as [[UInt8]] {
      let longer = try Self.block() + extra
      #expect(throws: malformed) {
        try opened(longer, size: Self.bytes.count, limit: 1 << 20)
      }
    }
  }

  @Test(arguments: [3001, 1 << 31, 1 << 40, Int.max])
  func refusesSizesAboveTheLimit(size: Int) throws {
    let block = try Self.block()
    #expect(throws: tooLarge) { try opened(block, size: size, limit: 3000) }
  }

  /// A limit that promises everything still allocates nothing: with these sizes an attempt would end
  /// the process.
  @Test(arguments: [-1, Int.min, Int.max, 1 << 62])
  func refusesImpossibleSizesUnderAnyLimit(size: Int) throws {
    let block = try Self.block()
    #expect(throws: tooLarge) { try opened(block, size: size, limit: .max) }
  }

  /// Possible for some block, not for one so short: refused before memory is taken.
  @Test func refusesMoreThanSoShortABlockCanHold() throws {
    let block = try Self.block()
    for size in [block.count * 255 + 1, 1 << 30] {
      let thrown = #expect(throws: malformed) { try opened(block, size: size, limit: .max) }
      #expect(thrown?.message == "a block of \(block.count) bytes cannot hold \(size) bytes")
    }
  }

  /// 16 MiB of zeros in 64 KiB: within the limit it opens, below it nothing happens, and a lying
  /// header does not make it write beyond what it announced.
  @Test func boundsABomb() throws {
    let zeros = [UInt8](repeating: 0, count: 16 << 20)
    let bomb = try #require(packed(zeros))
    #expect(bomb.count < zeros.count / 250)
    #expect(try opened(bomb, size: zeros.count, limit: zeros.count) == zeros)
    #expect(throws: tooLarge) {
      try opened(bomb, size: zeros.count, limit: zeros.count - 1)
    }
    #expect(throws: malformed) { try opened(bomb, size: 1 << 20, limit: 1 << 20) }
  }

  /// A damaged block is refused or gives exactly the stated number of bytes; it never ends the process.
  @Test(arguments: 0..<50)
  func survivesDamage(round: Int) throws {
    var generator = SystemRandomNumberGenerator()
    let block = try Self.block()
    for _ in 0..<200 {
      var damaged = block
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        damaged[Int.random(in: damaged.indices, using: &generator)] = .random(in: 0...255)
      }
      do throws(FrameError) {
        let bytes = try opened(damaged, size: Self.bytes.count, limit: 1 << 20)
        #expect(bytes.count == Self.bytes.count, "\(damaged)")
      } catch {
        #expect(error == malformed, "\(damaged)")
      }
    }
  }
}
