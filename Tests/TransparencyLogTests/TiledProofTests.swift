import StemmaCrypto
import Testing
import TransparencyLog

/// Proofs out of several levels of tiles: the tree of 70,000 leaves of tlog-tiles.
@Suite struct TiledProofTests {
  static let size = 70_000
  static let tree = ReferenceTree(size: size)

  static func tiles(_ tile: Tile) -> [Digest]? {
    let span = 1 << (8 * tile.level)
    return (0..<tile.width).map { place in
      let first = (Int(tile.number) * 256 + place) * span
      return tree.root(first..<first + span)
    }
  }

  static let indices = [
    0, 1, 255, 256, 257, 511, 512, 32_768, 65_535, 65_536, 65_791, 69_887, 69_888, 69_999,
  ]

  @Test(arguments: indices)
  func inclusion(index: Int) throws {
    var asked: [Tile] = []
    let proof = try proveInclusion(index: Int64(index), size: 70_000) { tile in
      asked.append(tile)
      return Self.tiles(tile)
    }
    #expect(proof == Self.tree.path(index, 0..<Self.size))
    #expect(asked == inclusionTiles(index: Int64(index), size: 70_000))
    #expect(Set(asked).count == asked.count, "a tile was asked for twice")
    #expect(Set(asked).isSubset(of: Tile.tiles(ofTreeOf: 70_000)))
    try checkInclusion(
      proof, of: Self.tree.leaves[index], index: Int64(index), size: 70_000,
      root: Self.tree.root(ofSize: Self.size))
  }

  @Test(arguments: [1, 2, 255, 256, 257, 1000, 65_535, 65_536, 65_537, 69_888, 69_999, 70_000])
  func consistency(from old: Int) throws {
    var asked: [Tile] = []
    let proof = try proveConsistency(from: Int64(old), to: 70_000) { tile in
      asked.append(tile)
      return Self.tiles(tile)
    }
    #expect(proof == (old == Self.size ? [] : Self.tree.proof(from: old, to: Self.size)))
    #expect(asked == consistencyTiles(from: Int64(old), to: 70_000))
    #expect(Set(asked).count == asked.count, "a tile was asked for twice")
    #expect(Set(asked).isSubset(of: Tile.tiles(ofTreeOf: 70_000)))
    try checkConsistency(
      proof, from: Int64(old), root: Self.tree.root(ofSize: old), to: 70_000,
      root: Self.tree.root(ofSize: Self.size))
  }

  @Test func namesTheTiles() {
    #expect(
      inclusionTiles(index: 0, size: 70_000).map(\.path)
        == ["tile/0/000", "tile/1/000", "tile/1/001.p/17", "tile/0/273.p/112"])
    #expect(
      consistencyTiles(from: 65_536, to: 70_000).map(\.path)
        == ["tile/1/001.p/17", "tile/0/273.p/112"])
    #expect(inclusionTiles(index: 0, size: 1) == [])
    #expect(consistencyTiles(from: 0, to: 70_000) == [])
    #expect(consistencyTiles(from: 70_000, to: 70_000) == [])
  }

  /// The largest tree has a proof of 63 hashes, out of eight levels of tiles.
  @Test func reachesTheLargestTree() throws {
    let hash = TreeHash.empty
    let proof = try proveInclusion(index: 0, size: .max) {
      Array(repeating: hash, count: $0.width)
    }
    #expect(proof.count == 63)
    #expect(Set(inclusionTiles(index: 0, size: .max).map(\.level)) == Set(0...7))
    #expect(
      try proveInclusion(index: .max - 1, size: .max) {
        Array(repeating: hash, count: $0.width)
      }.count == 62)
    expectRefused(.badProof) {
      try checkInclusion(proof, of: hash, index: 0, size: .max, root: hash)
    }
  }

  @Test func aTileThatIsMissingOrCutIsSaid() {
    for lost in inclusionTiles(index: 300, size: 70_000) {
      expectRefused(.missingTile) {
        try proveInclusion(index: 300, size: 70_000) { $0 == lost ? nil : Self.tiles($0) }
      }
      expectRefused(.missingTile) {
        try proveInclusion(index: 300, size: 70_000) { tile in
          Self.tiles(tile).map { tile == lost ? Array($0.dropLast()) : $0 }
        }
      }
    }
    for lost in consistencyTiles(from: 300, to: 70_000) {
      expectRefused(.missingTile) {
        try proveConsistency(from: 300, to: 70_000) { $0 == lost ? nil : Self.tiles($0) }
      }
    }
  }
}
