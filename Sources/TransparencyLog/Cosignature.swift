internal import StemmaCrypto

/// A witness's statement that, at some time, the checkpoint under it was the largest one it had seen
/// of that log, and that the log had only grown (C2SP tlog-cosignature, `cosignature/v1`).
package struct Cosignature: Hashable, Sendable {
  /// Seconds since 1970.
  package let time: Int64

  /// Ed25519, 64 bytes.
  let signature: [UInt8]

  /// Reads the bytes of a signature line: the time in eight bytes and the signature. Nil for another
  /// length, and beyond 2^63 − 1.
  init?(bytes: [UInt8]) {
    guard bytes.count == 8 + Ed25519.signatureCount,
      let time = Int64(exactly: bytes.prefix(8).reduce(0 as UInt64) { $0 << 8 | UInt64($1) })
    else { return nil }
    self.time = time
    signature = Array(bytes.dropFirst(8))
  }

  /// The cosignature in a signature line; nil where it is none. It is verified with its note.
  package init?(_ signature: NoteSignature) { self.init(bytes: signature.bytes) }

  /// What a witness signs for the text of a checkpoint's note.
  package static func message(_ text: [UInt8], time: Int64) -> [UInt8] {
    Array("cosignature/v1\ntime \(time)\n".utf8) + text
  }

  func isBy(_ key: VerifierKey, over text: [UInt8]) -> Bool {
    Ed25519.verify(
      signature: signature, message: Self.message(text, time: time), publicKey: key.publicKey)
  }
}

/// The private key of a witness under its name.
package struct CosigningKey: Sendable {
  /// What others verify its cosignatures with.
  package let verifierKey: VerifierKey

  private let seed: [UInt8]

  /// Takes the 32 random bytes that are the key; throws `.malformed` for a name that no key can have,
  /// and for another number of bytes.
  package init(name: String, seed: [UInt8]) throws(LogError) {
    guard seed.count == Ed25519.keyCount else { throw .malformed("a seed of another length") }
    let publicKey = Ed25519.PrivateKey(seed: seed).publicKey
    verifierKey = try VerifierKey(name: name, kind: .witness, publicKey: publicKey)
    self.seed = seed
  }

  /// Cosigns the text of a checkpoint's note. Only for who has checked, and kept, that the log grew
  /// from the last one it cosigned.
  package func cosign(_ text: [UInt8], time: Int64) -> NoteSignature {
    precondition(time >= 0, "a time since 1970")
    let stamp = stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: time >> $0) }
    let signature = Ed25519.PrivateKey(seed: seed).sign(Cosignature.message(text, time: time))
    return NoteSignature(by: verifierKey, bytes: stamp + signature)
  }
}
