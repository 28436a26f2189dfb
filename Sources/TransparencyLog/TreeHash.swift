package import StemmaCrypto

/// The hashes of a log's tree (RFC 6962 §2.1): leaves and nodes are told apart by their first byte, so
/// that no entry can be made whose hash is that of a node.
package enum TreeHash {
  /// The root of the tree without leaves: the SHA-256 of nothing.
  package static let empty = SHA256.digest(of: [])

  /// The hash of an entry.
  package static func leaf(_ entry: [UInt8]) -> Digest {
    SHA256.digest(of: 0x00, entry.span)
  }

  /// The hash over two subtrees, of which the left one is the larger or as large.
  package static func node(_ left: Digest, _ right: Digest) -> Digest {
    SHA256.digest(of: 0x01, left, right)
  }

  /// The root of a perfect tree over `hashes`, whose number is a power of two.
  ///
  /// Folds pairs in place, level by level: one allocation, for the level it works on.
  static func root(ofPerfect hashes: some Collection<Digest>) -> Digest {
    var level = Array(hashes)
    var width = level.count
    precondition(width.nonzeroBitCount == 1, "a perfect tree has a power of two of leaves")
    while width > 1 {
      width /= 2
      for i in 0..<width { level[i] = node(level[2 * i], level[2 * i + 1]) }
    }
    return level[0]
  }

  /// The root over perfect subtrees of falling size that stand side by side, the largest first.
  static func root(ofPeaks peaks: some BidirectionalCollection<Digest>) -> Digest {
    guard var root = peaks.last else { return empty }
    for peak in peaks.dropLast().reversed() { root = node(peak, root) }
    return root
  }
}
