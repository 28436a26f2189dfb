internal import COpenSSL

/// HMAC-SHA-256 (RFC 2104) of a message: 32 bytes. Any key length is taken, none too.
package func hmacSHA256(key: [UInt8], message: [UInt8]) -> [UInt8] {
  // libcrypto takes a null key for "not given yet"; one spare byte gives an empty key an address.
  // HMAC fills keys up with zeros, so that byte, being outside the stated length, says nothing.
  let keyStorage = key.isEmpty ? [0] : key
  return unsafe [UInt8](unsafeUninitializedCapacity: Digest.byteCount) { buffer, count in
    var written = 0
    let done = unsafe EVP_Q_mac(
      nil, "HMAC", nil, "SHA256", nil, keyStorage, key.count, message, message.count,
      buffer.baseAddress, Digest.byteCount, &written)
    guard unsafe done != nil, written == Digest.byteCount else { openSSLFailed("EVP_Q_mac") }
    count = written
  }
}

/// Whether both hold the same bytes, in a time that depends on their lengths alone.
///
/// For secrets: an early exit would tell how many leading bytes of a guess were right.
package func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  guard left.count == right.count else { return false }
  return unsafe CRYPTO_memcmp(left, right, left.count) == 0
}
