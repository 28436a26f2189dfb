import StemmaCrypto
import Testing
import TransparencyLog

@Suite struct TileTests {
  static let paths: [(path: String, level: Int, number: Int64, width: Int)] = [
    ("tile/0/000", 0, 0, 256),
    ("tile/0/000.p/1", 0, 0, 1),
    ("tile/0/999.p/255", 0, 999, 255),
    ("tile/0/x001/000", 0, 1000, 256),
    ("tile/0/x001/067.p/112", 0, 1067, 112),
    ("tile/3/x001/x234/067", 3, 1_234_067, 256),
    ("tile/63/x009/x223/x372/x036/x854/x775/807.p/9", 63, .max, 9),
  ]

  @Test(arguments: paths.indices)
  func readsAndWritesPaths(index: Int) throws {
    let (path, level, number, width) = Self.paths[index]
    let tile = try #require(Tile(level: level, number: number, width: width))
    #expect(tile.path == path)
    #expect(Tile(path: path) == tile)
    #expect(tile.isFull == (width == 256))

    let bundlePath = "tile/entries/" + path.split(separator: "/", maxSplits: 2)[2]
    let bundle = try #require(EntryBundle(number: number, width: width))
    #expect(bundle.path == bundlePath)
    #expect(EntryBundle(path: bundlePath) == bundle)
    #expect(Tile(path: bundlePath) == nil && EntryBundle(path: path) == nil)
  }

  /// What follows `tile/0/` or `tile/entries/` and is no place, or not its one spelling.
  static let misspelledPlaces = [
    "", "/", "0", "00", "1", "0000", "1000", "x000", "x001", "x000/000", "x000/x001/000", "001/000",
    "x001/x000", "x001/00", "x001/0000", "x01/000", "x0001/000", "X001/000", "001/x000", "x1/000",
    "x001//000", "x001/000/", "/x001/000", "x001/000x", "x001/0x0", "-01", "+01", " 01", "01 ",
    "0 1", "000\n", "000\r\n", "00a", "٠٠٠", "００１", "000?", "000#", "000.", "000.p", "000.p/",
    "000.p/0", "000.p/00", "000.p/01", "000.p/256", "000.p/257", "000.p/1000", "000.p/-1",
    "000.p/+1", "000.p/ 1", "000.p/1 ", "000.p/1/", "000.p//1", "000.p/1.p/1", "000.p/x01",
    "000.p/1e1",
    "000.P/1", "000p/1", "000/1", "000.p/18446744073709551617", ".p/1", "x001/.p/1", "x001.p/1",
    "x001.p/x01/000", "000/.p/1", "%30%30%30", "..", "000/..", "../0/000",
    // One beyond Int64, and so far beyond that it would wrap round to 0.
    "x009/x223/x372/x036/x854/x775/808", "x018/x446/x744/x073/x709/x551/616",
    String(repeating: "x999/", count: 1000) + "999",
  ]

  @Test(arguments: misspelledPlaces)
  func refusesOtherSpellings(place: String) {
    #expect(Tile(path: "tile/0/\(place)") == nil)
    #expect(EntryBundle(path: "tile/entries/\(place)") == nil)
  }

  @Test(arguments: [
    "tile/64/000", "tile/00/000", "tile/01/000", "tile/-1/000", "tile/+1/000", "tile/ 0/000",
    "tile//000", "tile/000", "tile/a/000", "tile/18446744073709551616/000", "/tile/0/000",
    "tile/0/000/", "TILE/0/000", "til/0/000", "tile", "", "tile/8/0/000", "tile/data/000",
    "tile/٠/000",
    "tile\\0\\000", "tile/0/000\0",
  ])
  func refusesOtherFolders(path: String) {
    #expect(Tile(path: path) == nil)
    #expect(EntryBundle(path: path) == nil)
  }

  @Test func refusesTilesThatCannotBe() {
    #expect(Tile(level: -1, number: 0, width: 1) == nil)
    #expect(Tile(level: 64, number: 0, width: 1) == nil)
    #expect(Tile(level: 0, number: -1, width: 1) == nil)
    #expect(Tile(level: 0, number: 0, width: 0) == nil)
    #expect(Tile(level: 0, number: 0, width: 257) == nil)
    #expect(EntryBundle(number: -1, width: 1) == nil)
    #expect(EntryBundle(number: 0, width: 0) == nil)
    #expect(EntryBundle(number: 0, width: 257) == nil)
  }

  /// The example of tlog-tiles: 273 full tiles and one of 112; one full tile and one of 17; one of 1.
  @Test func listsTheTilesOfTheExample() throws {
    let tiles = Array(Tile.tiles(ofTreeOf: 70_000))
    #expect(tiles.prefix(273).map(\.path) == (0..<273).map { Self.fullPath($0) })
    #expect(
      tiles.dropFirst(273).map(\.path)
        == ["tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"])
    #expect(Tile.tiles(ofTreeOf: 256).map(\.path) == ["tile/0/000", "tile/1/000.p/1"])
    #expect(Array(Tile.tiles(ofTreeOf: 0)).isEmpty)
  }

  static func fullPath(_ number: Int) -> String {
    "tile/0/" + String(repeating: "0", count: 3 - String(number).count) + String(number)
  }

  /// The largest tree there can be has tiles too, and giving the first of them takes no time.
  @Test func listsLazily() {
    #expect(Tile.tiles(ofTreeOf: .max).prefix(2).map(\.path) == ["tile/0/000", "tile/0/001"])
  }

  /// All tiles that 70,000 leaves complete, and what is partial then, hold what the format says.
  @Test func writesEveryTileOfTheExample() throws {
    let tree = ReferenceTree(size: 70_000)
    var edge = TileEdge()
    var written: [Tile: [Digest]] = [:]
    for leaf in tree.leaves {
      for full in edge.append(leaf) {
        #expect(
          written.updateValue(full.hashes, forKey: full.tile) == nil, "twice: \(full.tile.path)")
        let span = 1 << (8 * (full.tile.level + 1))
        let first = Int(full.tile.number) * span
        #expect(full.root == tree.root(first..<first + span), "the root of \(full.tile.path)")
      }
    }
    #expect(written.count == 274)
    for (level, hashes) in edge.levels.enumerated() where !hashes.isEmpty {
      let number = edge.size >> (8 * Int64(level + 1))
      written[try #require(Tile(level: level, number: number, width: hashes.count))] = hashes
    }
    #expect(Set(written.keys) == Set(Tile.tiles(ofTreeOf: 70_000)))
    for (tile, hashes) in written {
      #expect(hashes.count == tile.width)
      let span = 1 << (8 * tile.level)
      for (place, hash) in hashes.enumerated() {
        let first = (Int(tile.number) * 256 + place) * span
        #expect(hash == tree.root(first..<first + span), "\(tile.path), hash \(place)")
      }
    }
    #expect(edge.root == tree.root(ofSize: 70_000))
  }

  @Test func encodesBundles() throws {
    let entries: [[UInt8]] = [[], [1], Array(repeating: 2, count: 65_535)]
    let bytes = EntryBundle.encode(entries)
    #expect(bytes.prefix(7) == [0, 0, 0, 1, 1, 0xFF, 0xFF])
    #expect(bytes.count == 6 + 1 + 65_535)
    #expect(try EntryBundle.decode(bytes, width: 3) == entries)
    #expect(try EntryBundle.decode([], width: 0) == [])
    for width in [0, 1, 2, 4] {
      #expect(throws: LogError(code: .malformed, message: "")) {
        try EntryBundle.decode(bytes, width: width)
      }
    }
    for cut in [1, 3, 5, 6, 100, bytes.count - 1] {
      #expect(throws: LogError(code: .malformed, message: "")) {
        try EntryBundle.decode(Array(bytes.prefix(cut)), width: 3)
      }
    }
  }
}
