import StemmaCrypto
import Testing
import TransparencyLog

@Suite struct TreeTests {
  /// The leaves and roots that the tests of the first Certificate Transparency log have published.
  static let leaves: [[UInt8]] = [
    [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43],
    Array(0x50...0x57), Array(0x60...0x6F),
  ]
  static let roots = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ]

  @Test func matchesThePublishedRoots() {
    var right = RightEdge()
    var tiles = TileEdge()
    #expect(right.root.hex == Self.roots[0] && tiles.root.hex == Self.roots[0])
    #expect(TreeHash.empty.hex == Self.roots[0])
    for (entry, root) in zip(Self.leaves, Self.roots.dropFirst()) {
      right.append(TreeHash.leaf(entry))
      #expect(tiles.append(TreeHash.leaf(entry)).isEmpty)
      #expect(right.root.hex == root && tiles.root.hex == root)
    }
  }

  @Test func hashesAsTheReferenceDoes() {
    let tree = ReferenceTree(size: 2)
    #expect(TreeHash.leaf(ReferenceTree.entry(0)) == tree.leaves[0])
    #expect(
      TreeHash.leaf([UInt8](repeating: 7, count: 65_535))
        == ReferenceTree.leaf([UInt8](repeating: 7, count: 65_535)))
    #expect(TreeHash.node(tree.leaves[0], tree.leaves[1]) == tree.root(ofSize: 2))
    #expect(TreeHash.node(tree.leaves[1], tree.leaves[0]) != tree.root(ofSize: 2))
  }

  @Test func everySizeTo600HasTheReferenceRoot() {
    let tree = ReferenceTree(size: 600)
    var right = RightEdge()
    var tiles = TileEdge()
    for size in 0...600 {
      #expect(right.size == Int64(size) && right.peaks.count == size.nonzeroBitCount)
      #expect(right.root == tree.root(ofSize: size), "size \(size)")
      #expect(tiles.rightEdge == right, "size \(size)")
      guard size < 600 else { break }
      right.append(tree.leaves[size])
      _ = tiles.append(tree.leaves[size])
    }
  }

  @Test func keepsOnlyEdgesThatATreeCanHave() {
    let hash = TreeHash.empty
    #expect(RightEdge(size: 5, peaks: [hash, hash])?.size == 5)
    #expect(RightEdge(size: 5, peaks: [hash]) == nil)
    #expect(RightEdge(size: 5, peaks: [hash, hash, hash]) == nil)
    #expect(RightEdge(size: 0, peaks: []) == RightEdge())
    #expect(RightEdge(size: -1, peaks: [hash]) == nil)
    #expect(RightEdge(size: .min, peaks: [hash]) == nil)

    #expect(TileEdge(size: 0, levels: []) == TileEdge())
    #expect(TileEdge(size: 0, levels: [[]]) == nil)
    #expect(TileEdge(size: -1, levels: []) == nil)
    #expect(TileEdge(size: 2, levels: [[hash, hash]])?.size == 2)
    #expect(TileEdge(size: 2, levels: [[hash]]) == nil)
    #expect(TileEdge(size: 2, levels: [[hash, hash], []]) == nil)
    #expect(TileEdge(size: 256, levels: [[], [hash]])?.levels == [[], [hash]])
    #expect(TileEdge(size: 256, levels: [[hash], []]) == nil)
    #expect(TileEdge(size: 256, levels: [[]]) == nil)
  }

  /// Whoever stops and starts again goes on as if it had not.
  @Test func goesOnFromAKeptEdge() throws {
    let tree = ReferenceTree(size: 520)
    var edge = TileEdge()
    for leaf in tree.leaves {
      var kept = try #require(TileEdge(size: edge.size, levels: edge.levels))
      var right = try #require(RightEdge(size: edge.size, peaks: edge.rightEdge.peaks))
      let completed = edge.append(leaf)
      #expect(kept.append(leaf) == completed)
      right.append(leaf)
      #expect(kept == edge && right == edge.rightEdge)
    }
  }
}
