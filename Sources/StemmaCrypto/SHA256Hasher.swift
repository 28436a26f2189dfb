internal import COpenSSL

/// SHA-256 (FIPS 180-4) over bytes that arrive in pieces. Not shared between threads; it frees itself.
///
/// Any split of the same bytes gives the same digest. It never gives a wrong digest: should libcrypto
/// fail, the process stops.
@safe
package struct SHA256Hasher: ~Copyable {
  private let context: OpaquePointer

  package init() {
    guard let context = unsafe EVP_MD_CTX_new() else { openSSLFailed("EVP_MD_CTX_new") }
    guard unsafe EVP_DigestInit_ex2(context, SHA256.method, nil) == 1 else {
      openSSLFailed("EVP_DigestInit_ex2")
    }
    unsafe self.context = context
  }

  deinit {
    unsafe EVP_MD_CTX_free(context)
  }

  /// Takes in the next bytes.
  package mutating func update(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBytes { unsafe absorb($0) }
  }

  /// Takes in the next bytes, which are only read during the call.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    unsafe absorb(bytes)
  }

  /// The digest of everything taken in.
  package consuming func finalize() -> Digest {
    unsafe Digest { target in
      guard unsafe EVP_DigestFinal_ex(context, target.baseAddress, nil) == 1 else {
        openSSLFailed("EVP_DigestFinal_ex")
      }
    }
  }

  private func absorb(_ bytes: UnsafeRawBufferPointer) {
    guard unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else {
      openSSLFailed("EVP_DigestUpdate")
    }
  }
}
