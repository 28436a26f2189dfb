package import StemmaCrypto

/// Where the seeds of Monte Carlo tests come from: an auditor gets the same p-value, and an executor
/// cannot shop for a seed.
package struct SeedRule: Sendable, Equatable {
  private let prefix: [UInt8]

  /// - Parameters:
  ///   - view: the view's key, as it is written in records.
  ///   - reference: the digest of the reference's canonical bytes.
  ///   - recomputed: the digest of the recomputed output's.
  package init(view: String, reference: Digest, recomputed: Digest) {
    var bytes = Array(view.utf8)
    reference.append(textTo: &bytes)
    recomputed.append(textTo: &bytes)
    prefix = bytes
  }

  private init() { prefix = [] }

  /// For comparisons without a view or digests: seeded by the test's name alone.
  package static let unnamed = SeedRule()

  /// The first 8 bytes, big-endian, of SHA-256(view ‖ reference ‖ recomputed ‖ test ‖ method version).
  package func seed(test: String) -> UInt64 {
    let text = prefix + Array(test.utf8) + Array(Judgement.method.utf8)
    return SHA256.digest(of: text).bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}
