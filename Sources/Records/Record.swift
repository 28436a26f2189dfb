package import StemmaCrypto

/// A record as it is stored: checked, its references digests, its bytes canonical.
package struct Record: Sendable {
  package let kind: Kind
  package let digest: Digest
  /// RFC 8785 bytes; `digest` is their SHA-256.
  package let canonical: [UInt8]
  /// In the order in which they stand in `canonical`.
  package let references: [Reference]
  package let claims: [Claim]
  package let event: Event?
  /// The caller's own id (`output.key`).
  package let key: [UInt8]?
  /// Its content or manifest.
  package let content: Descriptor?
  /// The execution that a rank or an output names.
  package let execution: Digest?

  /// Canonical bytes of one record at the most.
  package static let maximumSize = 1 << 20
  /// Arrays and objects inside one another, the record itself included.
  package static let maximumDepth = 64
}

/// A member that holds the digest of another record.
package struct Reference: Sendable, Hashable {
  /// JSON Pointer of the member.
  package let member: String
  /// The role beside it, where it is one of `inputs`.
  package let role: String?
  package let target: Digest
  /// Kinds that the target may be of.
  package let expects: KindSet
  /// Whether truth flows along it: staleness and labels follow these and no others.
  package let isDerivation: Bool
}

/// What a piece of content is, as in OCI. The store need not have the bytes.
package struct Descriptor: Sendable, Hashable {
  package let digest: Digest
  /// In bytes.
  package let size: Int64
  package let mediaType: String
}
