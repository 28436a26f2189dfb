package import StemmaCrypto

/// The tiles that hold what a consistency proof needs, each one once and as wide as a tree of `to`
/// leaves has it. None where there is nothing to prove, or the first tree is larger than the second.
package func consistencyTiles(from: Int64, to: Int64) -> [Tile] {
  ProofPlan(consistencyFrom: from, to: to)?.tiles ?? []
}

/// The proof that the tree of `to` leaves begins with that of `from` leaves (RFC 6962 §2.1.2); empty
/// where `from` is 0 or both are one.
///
/// `tiles` gives the hashes of one of `consistencyTiles`, and is asked for each of them once. What it
/// gives is not verified: a wrong hash makes a proof that does not check. Throws `.outOfRange` where
/// the first tree is larger, and `.missingTile` for a tile that it does not give in full width.
package func proveConsistency(
  from: Int64, to: Int64, tiles: (Tile) -> [Digest]?
) throws(LogError) -> [Digest] {
  guard let plan = ProofPlan(consistencyFrom: from, to: to) else {
    throw LogError(code: .outOfRange, message: "a tree of \(to) does not grow from one of \(from)")
  }
  return try plan.hashes(from: tiles)
}

/// Checks that a tree begins with another one, by the algorithm of RFC 9162 §2.1.4.2.
///
/// The empty tree is the beginning of every tree, and every tree that of itself; either takes an empty
/// proof. Throws `.badProof` unless the proof leads to both roots, and `.outOfRange` where the first
/// tree is larger than the second.
package func checkConsistency(
  _ proof: [Digest], from: Int64, root oldRoot: Digest, to: Int64, root newRoot: Digest
) throws(LogError) {
  guard from >= 0, from <= to else {
    throw LogError(code: .outOfRange, message: "a tree of \(to) does not grow from one of \(from)")
  }
  guard from > 0, from < to else {
    guard proof.isEmpty else { throw .consistency("is too long") }
    let expected = from == 0 ? TreeHash.empty : newRoot
    guard oldRoot == expected else { throw .consistency("does not lead to the old root") }
    return
  }
  // A perfect old tree is itself a node of the new one, and left out of the proof.
  var rest = proof[...]
  guard let start = from.nonzeroBitCount == 1 ? oldRoot : rest.popFirst() else {
    throw .consistency("is too short")
  }
  // The node that both hashes belong to, and the last one of its row in the new tree.
  var (node, last) = (from - 1, to - 1)
  while node & 1 == 1 { (node, last) = (node >> 1, last >> 1) }
  var (old, new) = (start, start)
  for sibling in rest {
    guard last > 0 else { throw .consistency("is too long") }
    if node & 1 == 1 || node == last {
      old = TreeHash.node(sibling, old)
      new = TreeHash.node(sibling, new)
      while node & 1 == 0, node != 0 { (node, last) = (node >> 1, last >> 1) }
    } else {
      // To the right of the old tree: only the new one has it.
      new = TreeHash.node(new, sibling)
    }
    (node, last) = (node >> 1, last >> 1)
  }
  guard last == 0 else { throw .consistency("is too short") }
  guard old == oldRoot else { throw .consistency("does not lead to the old root") }
  guard new == newRoot else { throw .consistency("does not lead to the new root") }
}

extension LogError {
  fileprivate static func consistency(_ problem: String) -> LogError {
    LogError(code: .badProof, message: "the consistency proof \(problem)")
  }
}
