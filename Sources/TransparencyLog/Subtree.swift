internal import StemmaCrypto

/// A perfect subtree: the 2^height leaves from index · 2^height on.
struct Subtree: Hashable {
  let height: Int
  let index: Int64

  /// The subtrees, the largest first, that cover leaves which the tree's recursion joins in one node:
  /// it starts at a multiple of a power of two that is no smaller than the number of leaves.
  static func covering(_ leaves: Range<Int64>) -> [Subtree] {
    var subtrees: [Subtree] = []
    var first = leaves.lowerBound
    while first < leaves.upperBound {
      let height = 63 - (leaves.upperBound - first).leadingZeroBitCount
      subtrees.append(Subtree(height: height, index: first >> Int64(height)))
      first += 1 << Int64(height)
    }
    return subtrees
  }

  // A tile holds the roots of every eighth height; those between are hashed from the row below.

  private var rows: Int { height % 8 }
  private var firstHash: Int64 { index << Int64(rows) }

  /// The tile that its root is in or is made from, as wide as a tree of `size` leaves has it.
  func tile(inTreeOf size: Int64) -> Tile {
    let last = firstHash + 1 << Int64(rows) - 1
    return Tile(holding: last, ofLevel: height / 8, inTreeOf: size)
  }

  /// Its root, from the hashes of that tile.
  func root(from hashes: [Digest]) -> Digest {
    let start = Int(firstHash & 0xFF)
    return TreeHash.root(ofPerfect: hashes[start..<start + 1 << rows])
  }
}
