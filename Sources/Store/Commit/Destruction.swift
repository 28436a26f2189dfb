package import Records
package import StemmaCrypto

/// Bytes to destroy: the content of a record, or its own body.
package struct Destruction: Sendable {
  package enum Target: Sendable {
    /// The content or manifest that the subject names, in its namespace.
    case content
    /// The subject's body. Its statement stays, so that lineage and proofs still verify; without its nonce
    /// nobody can open the entry any more, and it cannot be linked to anything.
    case body(statement: EntryStatement, withNonce: Bool)
  }

  package let subject: Digest
  package let target: Target

  package init(of target: Target, subject: Digest) {
    self.target = target
    self.subject = subject
  }
}
