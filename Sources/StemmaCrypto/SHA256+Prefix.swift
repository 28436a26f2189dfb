internal import COpenSSL

// A Merkle tree hashes a byte and then 64 more, millions of times. libcrypto's EVP interface allocates
// a context for each message: 370 ns for those 65 bytes, of which 130 are SHA-256. So one-shot digests use
// the interface below it, whose state lies on the stack; it is the same code of libcrypto that runs.

extension SHA256 {
  /// SHA-256 of one byte and then `bytes`. Allocates nothing.
  package static func digest(of prefix: UInt8, _ bytes: Span<UInt8>) -> Digest {
    unsafe bytes.withUnsafeBytes { unsafe digest(of: prefix, $0) }
  }

  /// SHA-256 of one byte and then the raw bytes of two digests: 65 bytes. Allocates nothing.
  package static func digest(of prefix: UInt8, _ left: Digest, _ right: Digest) -> Digest {
    let pair = (left.words, right.words)
    return unsafe withUnsafeBytes(of: pair) { unsafe digest(of: prefix, $0) }
  }

  private static func digest(of prefix: UInt8, _ bytes: UnsafeRawBufferPointer) -> Digest {
    var state = SHA256_CTX()
    return unsafe Digest { target in
      guard unsafe SHA256_Init(&state) == 1,
        unsafe withUnsafeBytes(of: prefix, { unsafe SHA256_Update(&state, $0.baseAddress, 1) })
          == 1,
        unsafe SHA256_Update(&state, bytes.baseAddress, bytes.count) == 1,
        unsafe SHA256_Final(target.baseAddress?.assumingMemoryBound(to: UInt8.self), &state) == 1
      else { openSSLFailed("SHA256_Update") }
    }
  }
}
