package import StemmaCrypto

/// Where an audit reads content. Nothing that it says is believed but what the bytes hash to.
///
/// May be called at once by many tasks, and again. Throws `.unavailable` where it is not known what the source would
/// say.
package protocol ContentSource: Sendable {
  func content(
    _ digest: Digest, in namespace: String
  ) async throws(AuditError) -> ServedContent
}

/// What became of the bytes of a content.
package enum ServedContent: Sendable, Equatable {
  /// They came: what they hash to, and how many there are.
  case bytes(Digest, size: Int64)
  /// They were erased, by the erasure record of that digest; nil where the source does not say by which.
  case erased(by: Digest?)
  /// They are elsewhere, or nobody brought them.
  case absent
  /// The source has them and cannot hand them out whole; the reason that it gave.
  case damaged(String)
}
