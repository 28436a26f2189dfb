import StemmaCrypto
import Testing
import TransparencyLog

/// Every proof of every tree of up to 130 leaves, against RFC 6962 word for word; and what is not a
/// proof refused. A tile is 256 wide, so the tiles are tried in `TiledProofTests`.
@Suite struct ProofTests {
  static let tree = ReferenceTree(size: 130)
  static let roots = (0...130).map { tree.root(ofSize: $0) }

  /// A hash that is nowhere in the tree.
  static let stray = TreeHash.leaf([0xEE])

  /// Level 0 as one tile.
  static func tiles(_ tile: Tile) -> [Digest]? {
    tile.level == 0 && tile.number == 0 ? Array(tree.leaves.prefix(tile.width)) : nil
  }

  /// What a forger might try: a proof with one hash changed, left out, repeated, or out of place.
  static func mutants(of proof: [Digest]) -> [[Digest]] {
    var mutants = [proof + [stray], [stray] + proof]
    for place in proof.indices {
      var mutant = proof
      mutant[place] = stray
      mutants.append(mutant)
      mutant.remove(at: place)
      mutants.append(mutant)
      mutant = proof
      mutant.insert(proof[place], at: place)
      mutants.append(mutant)
      if place > 0 {
        mutant = proof
        mutant.swapAt(place - 1, place)
        mutants.append(mutant)
      }
    }
    return mutants
  }

  @Test(arguments: 1...130)
  func everyInclusion(size: Int) throws {
    let (n, root) = (Int64(size), Self.roots[size])
    for index in 0..<size {
      let (place, leaf) = (Int64(index), Self.tree.leaves[index])
      let proof = try proveInclusion(index: place, size: n, tiles: Self.tiles)
      #expect(proof == Self.tree.path(index, 0..<size), "\(index) in \(size)")
      try checkInclusion(proof, of: leaf, index: place, size: n, root: root)

      // Another proof, another place, leaf, root.
      var forgeries = Forgeries()
      for mutant in Self.mutants(of: proof) {
        forgeries.attempt("proof \(mutant)") { () throws(LogError) in
          try checkInclusion(mutant, of: leaf, index: place, size: n, root: root)
        }
      }
      for other in 0..<n where other != place {
        forgeries.attempt("index \(other)") { () throws(LogError) in
          try checkInclusion(proof, of: leaf, index: other, size: n, root: root)
        }
      }
      for (other, hash) in [(Self.stray, root), (leaf, Self.stray), (leaf, Self.roots[size - 1])] {
        forgeries.attempt("leaf \(other), root \(hash)") { () throws(LogError) in
          try checkInclusion(proof, of: other, index: place, size: n, root: hash)
        }
      }
      #expect(forgeries.accepted == [], "\(index) in \(size)")
    }
  }

  @Test(arguments: 0...130)
  func everyConsistency(to size: Int) throws {
    let (n, root) = (Int64(size), Self.roots[size])
    for old in 0...size {
      let (from, oldRoot) = (Int64(old), Self.roots[old])
      let proof = try proveConsistency(from: from, to: n, tiles: Self.tiles)
      let isTrivial = old == 0 || old == size
      #expect(proof == (isTrivial ? [] : Self.tree.proof(from: old, to: size)), "\(old) to \(size)")
      try checkConsistency(proof, from: from, root: oldRoot, to: n, root: root)

      var forgeries = Forgeries()
      for mutant in Self.mutants(of: proof) {
        forgeries.attempt("proof \(mutant)") { () throws(LogError) in
          try checkConsistency(mutant, from: from, root: oldRoot, to: n, root: root)
        }
      }
      forgeries.attempt("another old root") { () throws(LogError) in
        try checkConsistency(proof, from: from, root: Self.stray, to: n, root: root)
      }
      // The empty tree is the beginning of anything.
      if old > 0 {
        forgeries.attempt("another new root") { () throws(LogError) in
          try checkConsistency(proof, from: from, root: oldRoot, to: n, root: Self.stray)
        }
        for other in 1...n where other != from {
          forgeries.attempt("old size \(other)") { () throws(LogError) in
            try checkConsistency(proof, from: other, root: oldRoot, to: n, root: root)
          }
        }
      }
      #expect(forgeries.accepted == [], "\(old) to \(size)")
    }
  }

  /// Two histories of one size: no proof leads from a checkpoint of the one to the other.
  @Test func aForkIsInconsistent() throws {
    for old in 1..<64 {
      for changed in 0..<old {
        var fork = RightEdge()
        for index in 0..<old {
          fork.append(index == changed ? Self.stray : Self.tree.leaves[index])
        }
        let proof = try proveConsistency(from: Int64(old), to: 64, tiles: Self.tiles)
        expectRefused(.badProof, "\(changed) of \(old)") {
          try checkConsistency(
            proof, from: Int64(old), root: fork.root, to: 64, root: Self.roots[64])
        }
      }
    }
  }

  /// An entry whose bytes are two hashes is not the node over them.
  @Test func aNodeIsNotALeaf() throws {
    let (left, right) = (Self.tree.leaves[0], Self.tree.leaves[1])
    let node = TreeHash.node(left, right)
    let proof = [TreeHash.node(Self.tree.leaves[2], Self.tree.leaves[3])]
    #expect(TreeHash.node(node, proof[0]) == Self.roots[4])
    for (index, size) in [(0, 2), (0, 4), (1, 4), (0, 3)] as [(Int64, Int64)] {
      expectRefused(.badProof) {
        try checkInclusion(
          proof, of: TreeHash.leaf(left.bytes + right.bytes), index: index, size: size,
          root: Self.roots[4])
      }
    }
    // Even given as a hash it stands too high for a tree of four.
    for index in 0..<4 as Range<Int64> {
      expectRefused(.badProof) {
        try checkInclusion(proof, of: node, index: index, size: 4, root: Self.roots[4])
      }
    }
  }

  @Test func refusesWhatTheTreeDoesNotHave() {
    let root = Self.roots[5]
    for (index, size) in [(-1, 5), (5, 5), (6, 5), (0, 0), (0, -1), (.min, 5), (5, .min)]
      as [(Int64, Int64)]
    {
      expectRefused(.outOfRange) {
        try proveInclusion(index: index, size: size, tiles: Self.tiles)
      }
      expectRefused(.outOfRange) {
        try checkInclusion([], of: root, index: index, size: size, root: root)
      }
      #expect(inclusionTiles(index: index, size: size) == [])
    }
    for (from, to) in [(6, 5), (-1, 5), (1, 0), (.min, .max), (0, -1)] as [(Int64, Int64)] {
      expectRefused(.outOfRange) { try proveConsistency(from: from, to: to, tiles: Self.tiles) }
      expectRefused(.outOfRange) {
        try checkConsistency([], from: from, root: root, to: to, root: root)
      }
      #expect(consistencyTiles(from: from, to: to) == [])
    }
  }
}
