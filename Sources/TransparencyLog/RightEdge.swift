package import StemmaCrypto

/// A tree reduced to what its growth needs: the roots of the perfect subtrees it is made of.
///
/// At most 63 hashes whatever the size (a *compact range*): enough to append leaves and to know the
/// root, not enough to prove anything about older leaves.
package struct RightEdge: Hashable, Sendable {
  /// How many leaves the tree has.
  package private(set) var size: Int64

  /// One root for each bit that is set in `size`, that of the largest subtree first.
  package private(set) var peaks: [Digest]

  /// The edge of the empty tree.
  package init() {
    size = 0
    peaks = []
  }

  /// An edge that was kept; nil where a tree of that size has another number of peaks.
  package init?(size: Int64, peaks: [Digest]) {
    guard size >= 0, peaks.count == size.nonzeroBitCount else { return nil }
    self.size = size
    self.peaks = peaks
  }

  /// Adds the next leaf's hash. As in binary addition, each subtree it completes carries on.
  package mutating func append(_ leaf: Digest) {
    var carry = leaf
    for _ in 0..<(~size).trailingZeroBitCount { carry = TreeHash.node(peaks.removeLast(), carry) }
    peaks.append(carry)
    size += 1
  }

  /// The root of the tree (RFC 6962 §2.1).
  package var root: Digest { TreeHash.root(ofPeaks: peaks) }
}
