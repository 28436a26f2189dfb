/// One signature line of a note, which may or may not be what it claims to be.
package struct NoteSignature: Hashable, Sendable {
  let exactName: ExactText
  package let keyID: UInt32

  /// The signature itself, without the key ID: at least one byte.
  package let bytes: [UInt8]

  package var name: String { exactName.string }

  /// A signature that this key made.
  init(by key: VerifierKey, bytes: [UInt8]) {
    exactName = key.exactName
    keyID = key.keyID
    self.bytes = bytes
  }

  /// Whether it says that it is by this key.
  func claims(_ key: VerifierKey) -> Bool { keyID == key.keyID && exactName == key.exactName }
}

extension NoteSignature {
  /// Reads one line, without its newline; everything but the one spelling is `.malformed`.
  ///
  /// What a witness answers to `add-checkpoint` are such lines.
  package init(parsing line: ArraySlice<UInt8>) throws(LogError) {
    guard let rest = line.dropping(prefix: Self.prefix),
      let space = rest.firstIndex(of: UInt8(ascii: " ")),
      let name = ExactText(validating: rest[..<space]), name.isKeyName
    else { throw .malformed("a line that is not a signature") }
    let encoded = rest[(space + 1)...]
    guard let signed = Base64.decode(encoded.span), signed.count > 4 else {
      throw .malformed("a signature that is not base 64")
    }
    exactName = name
    keyID = signed.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    bytes = Array(signed.dropFirst(4))
  }

  /// Appends the line and its newline.
  package func append(lineTo note: inout [UInt8]) {
    let signed = stride(from: 24, through: 0, by: -8).map {
      UInt8(truncatingIfNeeded: keyID >> UInt32($0))
    }
    note.append(contentsOf: Self.prefix.utf8)
    note.append(contentsOf: exactName.utf8)
    note.append(UInt8(ascii: " "))
    Base64.encode((signed + bytes).span, to: &note)
    note.append(UInt8(ascii: "\n"))
  }

  /// An em dash and a space.
  private static let prefix = "\u{2014} "
}
