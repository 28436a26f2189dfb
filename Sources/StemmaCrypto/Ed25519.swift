internal import COpenSSL

/// Ed25519 signatures (RFC 8032, pure: no prehash, no context).
package enum Ed25519 {
  /// Bytes of a private key's seed, and of a public key.
  package static let keyCount = 32

  /// Bytes of a signature.
  package static let signatureCount = 64

  /// Whether the holder of the key signed this message. False too for a key or a signature of any
  /// other length: both may come from whoever wants to be believed.
  package static func verify(signature: [UInt8], message: [UInt8], publicKey: [UInt8]) -> Bool {
    guard signature.count == signatureCount, publicKey.count == keyCount,
      let key = unsafe EVP_PKEY_new_raw_public_key(
        EVP_PKEY_ED25519, nil, publicKey, publicKey.count)
    else { return false }
    defer { unsafe EVP_PKEY_free(key) }
    guard let context = unsafe EVP_MD_CTX_new() else { openSSLFailed("EVP_MD_CTX_new") }
    defer { unsafe EVP_MD_CTX_free(context) }
    guard unsafe EVP_DigestVerifyInit_ex(context, nil, nil, nil, nil, key, nil) == 1 else {
      openSSLFailed("EVP_DigestVerifyInit_ex")
    }
    let isValid = unsafe EVP_DigestVerify(
      context, signature, signature.count, message, message.count)
    // A refused signature is an answer here; left in the queue, it would look like a later failure's.
    if isValid != 1 { ERR_clear_error() }
    return isValid == 1
  }

  /// A key that signs. Not shared between threads; it wipes and frees itself.
  @safe
  package struct PrivateKey: ~Copyable {
    private let key: OpaquePointer

    /// The 32 bytes of the public key.
    package let publicKey: [UInt8]

    /// Takes the private key's 32 bytes, which RFC 8032 derives all else from.
    package init(seed: [UInt8]) {
      precondition(seed.count == keyCount, "an Ed25519 seed has 32 bytes")
      guard
        let key = unsafe EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count)
      else { openSSLFailed("EVP_PKEY_new_raw_private_key") }
      unsafe self.key = key
      publicKey = unsafe [UInt8](unsafeUninitializedCapacity: keyCount) { buffer, count in
        count = keyCount
        guard unsafe EVP_PKEY_get_raw_public_key(key, buffer.baseAddress, &count) == 1 else {
          openSSLFailed("EVP_PKEY_get_raw_public_key")
        }
      }
    }

    deinit {
      unsafe EVP_PKEY_free(key)
    }

    /// The 64 bytes of the signature: always the same ones for the same message.
    package borrowing func sign(_ message: [UInt8]) -> [UInt8] {
      guard let context = unsafe EVP_MD_CTX_new() else { openSSLFailed("EVP_MD_CTX_new") }
      defer { unsafe EVP_MD_CTX_free(context) }
      guard unsafe EVP_DigestSignInit_ex(context, nil, nil, nil, nil, key, nil) == 1 else {
        openSSLFailed("EVP_DigestSignInit_ex")
      }
      return unsafe [UInt8](unsafeUninitializedCapacity: signatureCount) { buffer, count in
        count = signatureCount
        guard
          unsafe EVP_DigestSign(context, buffer.baseAddress, &count, message, message.count) == 1
        else { openSSLFailed("EVP_DigestSign") }
      }
    }
  }
}
