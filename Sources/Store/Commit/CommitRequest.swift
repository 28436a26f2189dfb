package import Records
package import StemmaCrypto

/// One commit as the store takes it: checked, sealed, not yet resolved.
package struct CommitRequest: Sendable {
  package let namespace: Namespace
  /// Who sent it, as the entry's statement will say.
  package let principal: String
  /// Sealed records, each digest once, in an order in which references between them point backwards.
  package let records: [Record]
  /// For each of `records`, the digests of its claims: hashed before the queue, where many do so at once.
  let claims: [[Digest]]
  /// Small content that rides along, each digest once.
  package let content: [SmallContent]
  /// Where references are looked up after the namespace itself, in order.
  package let imports: [Namespace]
  /// What is destroyed with the same commit, whose one record is the erasure that says so.
  package let destruction: Destruction?

  package init(
    namespace: Namespace, principal: String, records: [Record], content: [SmallContent] = [],
    imports: [Namespace] = [], destruction: Destruction? = nil
  ) {
    self.namespace = namespace
    self.principal = principal
    self.records = records
    claims = records.map { $0.claims.map(\.digest) }
    self.content = content
    self.imports = imports
    self.destruction = destruction
  }

  /// Stores nothing: whoever sends it learns the checkpoint that covers all there is.
  static let nothing: CommitRequest = {
    guard let namespace = Namespace("none") else { preconditionFailure("a namespace's name") }
    return CommitRequest(namespace: namespace, principal: "", records: [])
  }()

  /// What this request adds to a batch, in bytes of bodies and content.
  var byteCount: Int {
    records.reduce(0) { $0 + $1.canonical.count } + content.reduce(0) { $0 + $1.bytes.count }
  }
}

/// Content of at most 64 KiB inside a commit.
package struct SmallContent: Sendable {
  package let digest: Digest
  package let bytes: [UInt8]

  /// Bytes of one piece of content at the most.
  package static let maximumSize = 65_536

  package init(bytes: [UInt8]) {
    self.digest = SHA256.digest(of: bytes)
    self.bytes = bytes
  }
}
