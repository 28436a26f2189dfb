package import StemmaCrypto

/// The tiles that hold what an inclusion proof needs, each one once and as wide as a tree of `size`
/// leaves has it. None where that tree has no leaf `index`.
package func inclusionTiles(index: Int64, size: Int64) -> [Tile] {
  ProofPlan(inclusionOf: index, inTreeOf: size)?.tiles ?? []
}

/// The proof that leaf `index` is in the tree of `size` leaves: the sibling at each step from the
/// leaf up to the root (RFC 6962 §2.1.1).
///
/// `tiles` gives the hashes of one of `inclusionTiles`, and is asked for each of them once. What it
/// gives is not verified: a wrong hash makes a proof that does not check. Throws `.outOfRange` where
/// the tree has no such leaf, and `.missingTile` for a tile that it does not give in full width.
package func proveInclusion(
  index: Int64, size: Int64, tiles: (Tile) -> [Digest]?
) throws(LogError) -> [Digest] {
  guard let plan = ProofPlan(inclusionOf: index, inTreeOf: size) else {
    throw LogError(code: .outOfRange, message: "a tree of \(size) has no leaf \(index)")
  }
  return try plan.hashes(from: tiles)
}

/// Checks that a leaf is in a tree, by the algorithm of RFC 9162 §2.1.3.2.
///
/// Throws `.badProof` unless the proof leads from the leaf at that very index to that very root, and
/// `.outOfRange` where the tree has no such leaf.
package func checkInclusion(
  _ proof: [Digest], of leaf: Digest, index: Int64, size: Int64, root: Digest
) throws(LogError) {
  guard index >= 0, index < size else {
    throw LogError(code: .outOfRange, message: "a tree of \(size) has no leaf \(index)")
  }
  // The node that `hash` belongs to, and the last one of its row.
  var (node, last) = (index, size - 1)
  var hash = leaf
  for sibling in proof {
    guard last > 0 else { throw .inclusion("is too long") }
    if node & 1 == 1 || node == last {
      hash = TreeHash.node(sibling, hash)
      // At the right edge a node without a sibling stands for itself in the rows above.
      while node & 1 == 0, node != 0 { (node, last) = (node >> 1, last >> 1) }
    } else {
      hash = TreeHash.node(hash, sibling)
    }
    (node, last) = (node >> 1, last >> 1)
  }
  guard last == 0 else { throw .inclusion("is too short") }
  guard hash == root else { throw .inclusion("does not lead to the root") }
}

extension LogError {
  fileprivate static func inclusion(_ problem: String) -> LogError {
    LogError(code: .badProof, message: "the inclusion proof \(problem)")
  }
}
