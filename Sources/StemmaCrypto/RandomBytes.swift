internal import COpenSSL

/// `count` bytes from libcrypto's generator, seeded by the operating system: fit for keys and nonces.
package func randomBytes(_ count: Int) -> [UInt8] {
  unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
    guard unsafe RAND_bytes_ex(nil, buffer.baseAddress, count, 0) == 1 else {
      openSSLFailed("RAND_bytes_ex")
    }
    written = count
  }
}
