package import StemmaCrypto

/// A tree at one size: what a database says that its log is, and what a checkpoint says.
package struct TreeHead: Hashable, Sendable {
  /// The number of leaves.
  package let size: Int64
  package let root: Digest

  package init(size: Int64, root: Digest) {
    self.size = size
    self.root = root
  }
}

/// A head that the signer has signed.
package struct SignedHead: Hashable, Sendable {
  package let head: TreeHead
  /// The checkpoint: a C2SP signed note.
  package let note: [UInt8]

  package init(head: TreeHead, note: [UInt8]) {
    self.head = head
    self.note = note
  }
}

/// How a signer stands.
package struct SignerStatus: Hashable, Sendable {
  package let newest: SignedHead
  /// How many batches it keeps that are not signed.
  package let kept: Int
  /// Why it has stopped; nil while it works.
  package let stopped: String?

  package init(newest: SignedHead, kept: Int, stopped: String?) {
    self.newest = newest
    self.kept = kept
    self.stopped = stopped
  }
}
