package import StemmaCrypto
package import TransparencyLog

/// The tree's second computation: from the tiles as they are served, level by level.
///
/// A tile must hold the hashes of the tiles below it. The root then comes out of served tiles alone,
/// where the other computation uses none.
package struct TileWalk: Sendable {
  let source: any AuditSource
  /// The hashes of each level since its last full tile.
  package private(set) var levels: [[Digest]]
  /// Number of leaves.
  package private(set) var size: Int64

  package init(source: any AuditSource, size: Int64 = 0, levels: [[Digest]] = []) {
    self.source = source
    self.size = size
    self.levels = levels.isEmpty ? [[]] : levels
  }

  /// Takes the next tile of level 0, or the rest of the one that it stands in. Where it was not served, the
  /// leaves stand in for it.
  package mutating func take(
    _ tile: Tile, _ served: [Digest]?, leaves: [Digest?], into findings: inout Findings
  ) async throws(AuditError) {
    let before = levels[0].count
    if let served {
      for (offset, hash) in levels[0].enumerated() where served[offset] != hash {
        findings.add(
          .index(tile.number * Int64(Tile.fullWidth) + Int64(offset)),
          "its hash in \(tile.path) is not the one of the last audit")
      }
      levels[0] = served
    } else {
      levels[0] += leaves.map { $0 ?? TreeHash.empty }
    }
    size += Int64(levels[0].count - before)
    if levels[0].count == Tile.fullWidth { try await close(level: 0, into: &findings) }
  }

  /// Hands the root of a full tile to the level above; a tile that this makes full there is fetched.
  private mutating func close(
    level: Int, into findings: inout Findings
  ) async throws(AuditError) {
    let root = Self.root(of: levels[level])
    levels[level] = []
    if level + 1 == levels.count { levels.append([]) }
    levels[level + 1].append(root)
    guard levels[level + 1].count == Tile.fullWidth else { return }
    try await compare(level: level + 1, into: &findings)
    try await close(level: level + 1, into: &findings)
  }

  /// Fetches the last tile of a level, holds it against the level below, and goes on with what it says.
  private mutating func compare(
    level: Int, into findings: inout Findings
  ) async throws(AuditError) {
    let count = levels[level].count
    let number = (size >> (8 * Int64(level)) - 1) >> 8
    guard let tile = Tile(level: level, number: number, width: count) else {
      preconditionFailure("a level has the tiles of its size")
    }
    let span = Int64(1) << (8 * Int64(level))
    let start = number * Int64(Tile.fullWidth) * span
    switch try await source.hashes(of: tile) {
    case .failure(let problem):
      findings.add(.within(start..<start + Int64(count) * span), problem.message)
    case .success(let hashes):
      for offset in 0..<count where hashes[offset] != levels[level][offset] {
        let first = start + Int64(offset) * span
        findings.add(
          .within(first..<first + span),
          "hash \(offset) of \(tile.path) is not that of the tile below it")
      }
      levels[level] = hashes
    }
  }

  /// Fetches the partial tiles above level 0 and gives the root of the whole tree. `self` is not changed:
  /// the tree may grow on.
  package func finish(into findings: inout Findings) async throws(AuditError) -> Digest {
    var whole = self
    for level in levels.indices.dropFirst() where !levels[level].isEmpty {
      try await whole.compare(level: level, into: &findings)
    }
    var root: Digest?
    for level in whole.levels {
      // What the levels below leave over is the last, smaller subtree.
      let nodes = level + (root.map { [$0] } ?? [])
      if !nodes.isEmpty { root = Self.root(of: nodes) }
    }
    return root ?? TreeHash.empty
  }

  /// RFC 6962 §2.1 as it is written, over nodes instead of leaves: apart from the edge that the other
  /// computation keeps.
  private static func root(of nodes: [Digest]) -> Digest {
    if nodes.count == 1 { return nodes[0] }
    var split = 1
    while 2 * split < nodes.count { split *= 2 }
    return TreeHash.node(root(of: Array(nodes[..<split])), root(of: Array(nodes[split...])))
  }
}
