package import StemmaCrypto

/// A tree reduced to the partial tile of every level: what a writer of tiles keeps.
///
/// From it come the tiles that are now complete, the partial ones, and the root. At most 255 hashes
/// a level, eight levels.
package struct TileEdge: Hashable, Sendable {
  /// How many leaves the tree has.
  package private(set) var size: Int64

  /// The hashes of each level's partial tile, leaves first; empty where the last tile is full.
  package private(set) var levels: [[Digest]]

  /// The edge of the empty tree.
  package init() {
    size = 0
    levels = []
  }

  /// An edge that was kept; nil where a tree of that size has partial tiles of other widths.
  package init?(size: Int64, levels: [[Digest]]) {
    guard size >= 0, levels.count == Tile.levels(ofTreeOf: size),
      levels.indices.allSatisfy({ levels[$0].count == Int(size >> (8 * Int64($0))) & 0xFF })
    else { return nil }
    self.size = size
    self.levels = levels
  }

  /// A tile that became full.
  package struct FullTile: Hashable, Sendable {
    package let tile: Tile
    package let hashes: [Digest]
    /// The hash of the whole tile: one of the hashes one level up.
    package let root: Digest
  }

  /// Adds the next leaf's hash and gives the tiles that it completes, the lowest level first: none
  /// 255 times in 256.
  package mutating func append(_ leaf: Digest) -> [FullTile] {
    var completed: [FullTile] = []
    var carry = leaf
    var level = 0
    size += 1
    while true {
      if level == levels.count { levels.append([]) }
      levels[level].append(carry)
      guard levels[level].count == Tile.fullWidth else { return completed }
      let number = size >> (8 * Int64(level + 1)) - 1
      let tile = Tile(checkedLevel: level, number: number, width: Tile.fullWidth)
      carry = TreeHash.root(ofPerfect: levels[level])
      completed.append(FullTile(tile: tile, hashes: levels[level], root: carry))
      levels[level] = []
      level += 1
    }
  }

  /// The same tree as its peaks alone.
  package var rightEdge: RightEdge {
    var peaks: [Digest] = []
    for level in levels.reversed() {
      var rest = level[...]
      while !rest.isEmpty {
        let width = 1 << (Int.bitWidth - 1 - rest.count.leadingZeroBitCount)
        peaks.append(TreeHash.root(ofPerfect: rest.prefix(width)))
        rest = rest.dropFirst(width)
      }
    }
    guard let edge = RightEdge(size: size, peaks: peaks) else {
      preconditionFailure("one peak for each bit of the size")
    }
    return edge
  }

  /// The root of the tree (RFC 6962 §2.1).
  package var root: Digest { rightEdge.root }
}
