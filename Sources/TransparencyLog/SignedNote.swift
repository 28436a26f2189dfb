/// Text and the signatures under it (C2SP signed-note). Reading one verifies nothing.
package struct SignedNote: Hashable, Sendable {
  /// The most bytes that are read: room for a hundred post-quantum signatures.
  package static let maximumSize = 1_000_000

  /// The most signatures that are read.
  package static let maximumSignatures = 100

  /// The text with its last newline: what the signatures are over.
  package let text: [UInt8]

  /// In the order of the note; one at least.
  package private(set) var signatures: [NoteSignature]

  /// A note over `text`, which is lines of UTF-8 without control characters.
  package init(text: [UInt8], signatures: [NoteSignature]) {
    precondition(
      text.last == Self.newline && Self.isText(text[...]), "a note's text is whole lines of text")
    precondition(
      1...Self.maximumSignatures ~= signatures.count, "a note has 1 to 100 signatures")
    self.text = text
    self.signatures = signatures
  }

  /// Reads a note; whatever breaks a rule of the format or one of the limits is `.malformed`.
  package init(parsing bytes: [UInt8]) throws(LogError) {
    guard bytes.count <= Self.maximumSize else { throw .malformed("a note that is too long") }
    guard Self.isText(bytes[...]) else {
      throw .malformed("a note that is not UTF-8 or holds control characters")
    }
    guard
      // The text may hold empty lines; the last one of the note ends it.
      let blank = bytes.indices.dropFirst().last(where: {
        bytes[$0] == Self.newline && bytes[$0 - 1] == Self.newline
      })
    else { throw .malformed("a note without an empty line") }
    text = Array(bytes[..<blank])
    signatures = []
    var rest = bytes[(blank + 1)...]
    while let line = rest.popLine() {
      guard signatures.count < Self.maximumSignatures else {
        throw .malformed("a note with too many signatures")
      }
      signatures.append(try NoteSignature(parsing: line))
    }
    guard rest.isEmpty else { throw .malformed("a note that does not end in a newline") }
    guard !signatures.isEmpty else { throw .malformed("a note without signatures") }
  }

  /// The note as bytes; `init(parsing:)` gives the same note back.
  package func formatNote() -> [UInt8] {
    var note = text
    note.append(Self.newline)
    for signature in signatures { signature.append(lineTo: &note) }
    return note
  }

  /// The same note with more signatures, cosignatures say. Those it has already are not repeated.
  ///
  /// To be verified first: strangers could send more than the 100 that a note can have.
  package func adding(_ more: [NoteSignature]) -> SignedNote {
    var all = signatures
    for signature in more where !all.contains(signature) { all.append(signature) }
    return SignedNote(text: text, signatures: all)
  }

  private static let newline = UInt8(ascii: "\n")

  private static func isText(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.allSatisfy { $0 >= 0x20 || $0 == newline }
      && String(validating: bytes, as: UTF8.self) != nil
  }
}

extension SignedNote {
  /// Those of `keys` that have signed the note, in the order of their signatures, each one once.
  ///
  /// Signatures by other keys say nothing and are passed over. Throws `.badSignature` if one that
  /// claims to be by one of `keys` is not, whatever the others are, and `.unsigned` where none of
  /// `keys` has signed.
  package func verify(with keys: [VerifierKey]) throws(LogError) -> [VerifierKey] {
    let signers = try signers(among: keys)
    guard !signers.isEmpty else {
      throw LogError(code: .unsigned, message: "the note has no signature by a known key")
    }
    return signers
  }

  /// As `verify(with:)`, but none at all is an answer.
  func signers(among keys: [VerifierKey]) throws(LogError) -> [VerifierKey] {
    var signers: [VerifierKey] = []
    for signature in signatures {
      // Two keys with one name and ID: the signature has to be by both, so it is refused.
      for key in keys where signature.claims(key) {
        guard key.isSigner(of: text, signature.bytes) else {
          throw LogError(code: .badSignature, message: "a signature that \(key.name) did not make")
        }
        if !signers.contains(key) { signers.append(key) }
      }
    }
    return signers
  }
}
