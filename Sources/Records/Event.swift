package import StemmaCrypto

/// A link of a compare-and-swap chain: a move of a name, a retraction or a label of a subject
/// (FORMAT.md section 5).
package struct Event: Sendable, Hashable {
  package let kind: Kind
  /// UTF-8 of the name, or the 32 bytes of the subject's digest.
  package let subject: [UInt8]
  /// The preceding record of the chain; nil for its first.
  package let previous: Digest?
}
