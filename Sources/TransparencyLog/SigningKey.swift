internal import StemmaCrypto

/// The private key of a log under its name.
package struct SigningKey: Sendable {
  /// What others verify its signatures with.
  package let verifierKey: VerifierKey

  private let seed: [UInt8]

  /// Takes the 32 random bytes that are the key; throws `.malformed` for a name that no key can have,
  /// and for another number of bytes.
  package init(name: String, seed: [UInt8]) throws(LogError) {
    guard seed.count == Ed25519.keyCount else { throw .malformed("a seed of another length") }
    let publicKey = Ed25519.PrivateKey(seed: seed).publicKey
    verifierKey = try VerifierKey(name: name, kind: .log, publicKey: publicKey)
    self.seed = seed
  }

  /// Reads `PRIVATE+KEY+<name>+<key ID>+<base 64 of type and seed>`, the form that Go's tools for
  /// notes know; everything else is `.malformed`. No error quotes it.
  package init(parsing text: String) throws(LogError) {
    guard text.utf8.starts(with: Self.prefix.utf8) else { throw .malformed("not a private key") }
    let (name, keyID, key) = try VerifierKey.split(
      String(Substring(text.utf8.dropFirst(Self.prefix.utf8.count))))
    guard key.first == VerifierKey.Kind.log.rawValue else {
      throw .malformed("a private key of an unknown type")
    }
    try self.init(name: name, seed: Array(key.dropFirst()))
    guard keyID.elementsEqual(VerifierKey.hex(verifierKey.keyID).utf8) else {
      throw .malformed("a private key whose ID is not that of its name and key")
    }
  }

  /// The key as text. Whoever has it signs as this log.
  package func formatPrivateKey() -> String {
    let key = Base64.encode([verifierKey.kind.rawValue] + seed)
    return "\(Self.prefix)\(verifierKey.name)+\(VerifierKey.hex(verifierKey.keyID))+\(key)"
  }

  /// The signature over a note's text: always the same one for the same text.
  package func sign(_ text: [UInt8]) -> NoteSignature {
    NoteSignature(by: verifierKey, bytes: Ed25519.PrivateKey(seed: seed).sign(text))
  }

  private static let prefix = "PRIVATE+KEY+"
}

extension SigningKey: CustomStringConvertible {
  /// The public key: a private one should not get into a message by interpolation.
  package var description: String { verifierKey.description }
}
