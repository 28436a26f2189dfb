import Audit
import StemmaCrypto
import Testing
import TransparencyLog

/// The tree's second computation by itself, on a log of three levels of tiles.
@Suite struct TileWalkTests {
  static let size = 2 * 65_536 + 300
  static let entries: [[UInt8]] = (0..<size).map { Array("entry \($0)".utf8) }
  static let source = TestSource(entries: entries)

  /// The root that the tiles make, and what was found on the way. The walk is left and gone on with
  /// after `pause` leaves.
  private func walk(
    _ source: TestSource, pause: Int64 = 0
  ) async throws -> (root: Digest, findings: Findings) {
    var findings = Findings(limit: 10)
    var walk = TileWalk(source: source)
    let size = Int64(Self.size)
    for end in [pause, size] {
      var start = walk.size
      while start < end {
        let number = start / 256
        let width = Int(min(256, end - number * 256))
        let tile = try #require(Tile(level: 0, number: number, width: width))
        let whole = Self.entries[Int(number * 256)..<Int(number * 256) + width]
        try await walk.take(
          tile, whole.map(TreeHash.leaf), leaves: [], into: &findings)
        start = number * 256 + Int64(width)
      }
      walk = TileWalk(source: source, size: walk.size, levels: walk.levels)
    }
    return (try await walk.finish(into: &findings), findings)
  }

  @Test(arguments: [0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 131_072, 131_100])
  func rootIsThatOfTheEntries(pause: Int64) async throws {
    let (root, findings) = try await walk(Self.source, pause: pause)
    #expect(root == Self.source.edge.root)
    #expect(findings.isEmpty)
  }

  @Test(arguments: ["tile/1/000", "tile/1/001", "tile/1/002.p/1", "tile/2/000.p/2"])
  func everyTileAboveTheLeavesIsRead(path: String) async throws {
    var missing = Self.source
    #expect(missing.files.removeValue(forKey: path) != nil)
    #expect(try await walk(missing).findings.count == 1)
    var short = Self.source
    short.files[path]?.removeLast()
    #expect(try await walk(short).findings.count == 1)
    var altered = Self.source
    altered.files[path]?[0] ^= 1
    #expect(try await !walk(altered).findings.isEmpty)
  }

  @Test func placeOfAnAlteredHashIsSaid() async throws {
    var source = Self.source
    source.files["tile/1/001"]?[32 * 200] ^= 1
    let start: Int64 = 65_536 + 200 * 256
    let found = try await walk(source).findings.sorted
    #expect(found.contains { $0.place == Finding.Place.within(start..<start + 256) })
  }
}
