package import StemmaCrypto

/// The one who may sign the log's head, with a memory of its own.
///
/// Durability: what `prepare` keeps and what `sign` signed are durable on return. Consistency: signs
/// no two histories, whatever the database says. Both calls may be repeated; nothing is retried here.
/// Throws `.signerRefuses` where the head contradicts what it remembers (a restore, a stale failover,
/// records that came in by another door), `.signerUnavailable` where it cannot be asked or has stopped.
package protocol LogSigner: Sendable {
  /// Checks the head that the caller has locked and keeps the leaves that its transaction will add.
  /// Call before COMMIT.
  func prepare(size: Int64, root: Digest, leaves: [Digest]) async throws(StoreError)

  /// Signs a head that was prepared. Call after COMMIT. The checkpoint may cover more: another
  /// server's batch can be signed already.
  func sign(size: Int64, root: Digest) async throws(StoreError) -> SignedCheckpoint
}

/// A signed head of the log.
package struct SignedCheckpoint: Sendable, Equatable {
  /// Number of entries that it covers.
  package let size: Int64
  /// C2SP signed note.
  package let note: [UInt8]

  package init(size: Int64, note: [UInt8]) {
    self.size = size
    self.note = note
  }

  /// Whether to show it instead of `other`: it covers more, or as much with more signatures, which makes
  /// it the longer one, since a size has one text.
  package func isNewer(than other: SignedCheckpoint) -> Bool {
    (other.size, other.note.count) < (size, note.count)
  }
}
