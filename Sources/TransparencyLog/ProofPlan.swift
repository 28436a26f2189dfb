internal import StemmaCrypto

/// Which parts of a tree the hashes of a proof stand for, in the proof's order.
struct ProofPlan {
  /// One range of leaves for each hash.
  private(set) var ranges: [Range<Int64>] = []

  private let size: Int64

  /// The way from a leaf up to the root, by the sibling at each step (RFC 6962 §2.1.1, PATH); nil
  /// where the tree has no such leaf.
  init?(inclusionOf index: Int64, inTreeOf size: Int64) {
    guard index >= 0, index < size else { return nil }
    self.size = size
    descend(while: { $0.upperBound - $0.lowerBound > 1 }, isLeft: { index < $0 })
    ranges.reverse()
  }

  /// What shows that the tree of `to` leaves begins with that of `from` leaves (RFC 6962 §2.1.2,
  /// PROOF): nothing where one is empty or both are one, and nil where the second is the smaller.
  init?(consistencyFrom from: Int64, to size: Int64) {
    guard from >= 0, from <= size else { return nil }
    self.size = size
    guard from > 0, from < size else { return }
    let end = descend(while: { $0.upperBound != from }, isLeft: { from <= $0 })
    // Who checks the proof has the old root, so it is left out where it is itself a node.
    if end.lowerBound > 0 { ranges.append(end) }
    ranges.reverse()
  }

  /// Walks down from the root and keeps the sibling at each step; gives the range it ends at.
  @discardableResult
  private mutating func descend(
    while isAbove: (Range<Int64>) -> Bool, isLeft: (Int64) -> Bool
  ) -> Range<Int64> {
    var range = 0..<size
    while isAbove(range) {
      // The left one is the largest perfect tree that leaves something for the right one.
      let count = range.upperBound - range.lowerBound
      let middle = range.lowerBound + 1 << Int64(63 - (count - 1).leadingZeroBitCount)
      let (lower, upper) = (range.lowerBound..<middle, middle..<range.upperBound)
      ranges.append(isLeft(middle) ? upper : lower)
      range = isLeft(middle) ? lower : upper
    }
    return range
  }

  /// The tiles that hold what the plan needs, each one once.
  var tiles: [Tile] {
    var seen: Set<Tile> = []
    return ranges.flatMap { Subtree.covering($0).map { $0.tile(inTreeOf: size) } }
      .filter { seen.insert($0).inserted }
  }

  /// The proof, from those tiles; each of them is asked for once.
  func hashes(from source: (Tile) -> [Digest]?) throws(LogError) -> [Digest] {
    var known: [Tile: [Digest]] = [:]
    for tile in tiles {
      guard let hashes = source(tile), hashes.count == tile.width else {
        throw LogError(code: .missingTile, message: "a proof needs \(tile.path)")
      }
      known[tile] = hashes
    }
    return ranges.map { range in
      TreeHash.root(
        ofPeaks: Subtree.covering(range).map {
          $0.root(from: known[$0.tile(inTreeOf: size), default: []])
        })
    }
  }
}
