import Records
package import StemmaCrypto
package import TransparencyLog

/// What a batch adds to the log: an entry and a leaf for each new record, and the tiles they complete.
package struct LogExtension: Sendable {
  /// What is kept beside a record: the entry, and what opens it.
  package struct Entry: Sendable {
    package let nonce: [UInt8]
    package let commitment: Digest
  }

  /// The head that the batch was planned on.
  package let sizeBefore: Int64
  package let rootBefore: Digest
  /// For each new record, in index order.
  package let entries: [Entry]
  package let leaves: [Digest]
  package let tiles: [TileEdge.FullTile]
  /// The right edge after the batch.
  package let edge: TileEdge

  /// - Parameter nonces: 16 random bytes for each record.
  init(of records: [BatchPlan.NewRecord], at time: Timestamp, on edge: TileEdge, nonces: [UInt8]) {
    sizeBefore = edge.size
    rootBefore = edge.root
    var edge = edge
    var entries: [Entry] = []
    var leaves: [Digest] = []
    var tiles: [TileEdge.FullTile] = []
    entries.reserveCapacity(records.count)
    leaves.reserveCapacity(records.count)
    let time = time.description
    for (position, record) in records.enumerated() {
      let start = position * EntryStatement.nonceByteCount
      let nonce = Array(nonces[start..<start + EntryStatement.nonceByteCount])
      let commitment = record.statement(committedAt: time).commitment(nonce: nonce)
      let leaf = TreeHash.leaf(commitment.bytes)
      entries.append(Entry(nonce: nonce, commitment: commitment))
      leaves.append(leaf)
      tiles += edge.append(leaf)
    }
    self.entries = entries
    self.leaves = leaves
    self.tiles = tiles
    self.edge = edge
  }
}

extension BatchPlan.NewRecord {
  /// What the entry of this record says.
  func statement(committedAt: String) -> EntryStatement {
    EntryStatement(
      namespace: namespace.name, kind: record.kind, digest: record.digest, principal: principal,
      committedAt: committedAt,
      references: zip(record.references, targets).map {
        .init(member: $0.member, role: $0.role, target: $1)
      })
  }
}
