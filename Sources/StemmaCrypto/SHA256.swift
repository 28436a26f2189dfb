internal import COpenSSL

/// SHA-256 of bytes that are all at hand.
package enum SHA256 {
  package static func digest(of bytes: [UInt8]) -> Digest {
    digest(of: bytes.span)
  }

  /// Allocates nothing (see `SHA256+Prefix.swift`).
  package static func digest(of bytes: Span<UInt8>) -> Digest {
    var state = SHA256_CTX()
    return unsafe Digest { target in
      let done = unsafe bytes.withUnsafeBytes { source in
        unsafe SHA256_Init(&state) == 1
          && SHA256_Update(&state, source.baseAddress, source.count) == 1
          && SHA256_Final(target.baseAddress?.assumingMemoryBound(to: UInt8.self), &state) == 1
      }
      guard done else { openSSLFailed("SHA256_Update") }
    }
  }

  /// The implementation, fetched once: an implicit fetch at every digest costs a third more for 1 KiB.
  ///
  /// Never freed. An `EVP_MD` does not change after its fetch and may be used by all threads at once
  /// (OpenSSL, `openssl-threads(7)`), hence `nonisolated(unsafe)`.
  nonisolated(unsafe) static let method: OpaquePointer = {
    guard let method = unsafe EVP_MD_fetch(nil, "SHA256", nil) else {
      openSSLFailed("EVP_MD_fetch")
    }
    return unsafe method
  }()
}
