internal import StemmaCrypto

/// The public key of a log or a witness under its name: a *vkey* (C2SP signed-note).
package struct VerifierKey: Hashable, Sendable {
  /// What its signatures say; the number is the spec's signature type.
  package enum Kind: UInt8, Sendable {
    /// Ed25519 over the text of the note: a log signs its checkpoint.
    case log = 0x01

    /// `cosignature/v1`, Ed25519 over a time and the text: a witness saw the log only grow.
    case witness = 0x04
  }

  let exactName: ExactText
  package let kind: Kind
  package let publicKey: [UInt8]

  /// What a signature line names the key by, beside its name: four bytes of a hash over both.
  package let keyID: UInt32

  /// Throws `.malformed` for a name that no key can have, and unless the key has 32 bytes.
  package init(name: String, kind: Kind, publicKey: [UInt8]) throws(LogError) {
    exactName = ExactText(name)
    guard exactName.isKeyName else { throw .malformed("\(name.debugDescription) names no key") }
    guard publicKey.count == Ed25519.keyCount else { throw .malformed("a key of another length") }
    self.kind = kind
    self.publicKey = publicKey
    let named = exactName.utf8 + [UInt8(ascii: "\n"), kind.rawValue] + publicKey
    keyID = SHA256.digest(of: named).bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// Reads `<name>+<key ID>+<base 64 of type and key>`, as `description` writes it; everything else
  /// is `.malformed`, also a key of a type that is not one of `Kind`.
  package init(parsing text: String) throws(LogError) {
    let (name, keyID, key) = try Self.split(text)
    guard let type = key.first, let kind = Kind(rawValue: type) else {
      throw .malformed("a verifier key of an unknown type")
    }
    try self.init(name: name, kind: kind, publicKey: Array(key.dropFirst()))
    guard keyID.elementsEqual(Self.hex(self.keyID).utf8) else {
      throw .malformed("a verifier key whose ID is not that of its name and key")
    }
  }

  package var name: String { exactName.string }
}

extension VerifierKey: CustomStringConvertible {
  /// The one spelling of the vkey.
  package var description: String {
    "\(name)+\(Self.hex(keyID))+\(Base64.encode([kind.rawValue] + publicKey))"
  }
}

extension VerifierKey {
  /// The parts of a vkey, or of what follows `PRIVATE+KEY+` in a private key.
  ///
  /// Base 64 has a plus too, names and key IDs have none.
  static func split(
    _ text: String
  ) throws(LogError) -> (name: String, keyID: Substring.UTF8View, key: [UInt8]) {
    let parts = text.utf8.split(
      separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let key = Base64.decode(Array(parts[2]).span) else {
      throw .malformed("not a key: it should read <name>+<key ID>+<base 64>")
    }
    return (String(Substring(parts[0])), parts[1], key)
  }

  /// Eight lower-case digits.
  static func hex(_ keyID: UInt32) -> String {
    let digits = String(keyID, radix: 16)
    return String(repeating: "0", count: 8 - digits.utf8.count) + digits
  }

  /// Whether this key made the signature over a note's text.
  func isSigner(of text: [UInt8], _ signature: [UInt8]) -> Bool {
    switch kind {
    case .log: Ed25519.verify(signature: signature, message: text, publicKey: publicKey)
    case .witness: Cosignature(bytes: signature)?.isBy(self, over: text) ?? false
    }
  }
}
