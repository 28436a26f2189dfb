internal import COpenSSL

/// SHA-256 of bytes that are all at hand.
package enum SHA256 {
  package static func digest(of bytes: [UInt8]) -> Digest {
    digest(of: bytes.span)
  }

  package static func digest(of bytes: Span<UInt8>) -> Digest {
    unsafe Digest { target in
      let done = unsafe bytes.withUnsafeBytes { source in
        unsafe EVP_Digest(source.baseAddress, source.count, target.baseAddress, nil, method, nil)
      }
      guard done == 1 else { openSSLFailed("EVP_Digest") }
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
