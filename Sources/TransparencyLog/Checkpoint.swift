package import StemmaCrypto

/// What a log says about itself: its name, how many entries it has, and their tree's root
/// (C2SP tlog-checkpoint).
package struct Checkpoint: Hashable, Sendable {
  let exactOrigin: ExactText

  /// How many entries.
  package let size: Int64

  /// The root of their tree (RFC 6962 §2.1).
  package let root: Digest

  /// Which log, as the first line of the checkpoint.
  package var origin: String { exactOrigin.string }

  /// A checkpoint to be signed: the origin is one line, the size not negative.
  package init(origin: String, size: Int64, root: Digest) {
    exactOrigin = ExactText(origin)
    precondition(exactOrigin.isLine && size >= 0, "an origin of one line and a size")
    self.size = size
    self.root = root
  }

  /// The text of its note: three lines, and no extension lines, which nobody could audit.
  package func formatCheckpoint() -> [UInt8] {
    exactOrigin.utf8 + Array("\n\(size)\n\(root.base64)\n".utf8)
  }

  /// Reads the text of a note; what is not a checkpoint in its one spelling is `.malformed`, also an
  /// empty tree with another root than it has.
  ///
  /// Extension lines are passed over, as the spec lets a log have them.
  package init(parsing text: [UInt8]) throws(LogError) {
    var rest = text[...]
    guard let origin = rest.popLine().flatMap(ExactText.init(validating:)), origin.isLine else {
      throw .malformed("a checkpoint without an origin")
    }
    guard let size = rest.popLine().flatMap(parseDecimal) else {
      throw .malformed("a checkpoint without a size")
    }
    guard let root = rest.popLine().flatMap(Digest.init(base64:)) else {
      throw .malformed("a checkpoint without a root")
    }
    while let line = rest.popLine() {
      guard !line.isEmpty else { throw .malformed("an empty line in a checkpoint") }
    }
    guard rest.isEmpty else { throw .malformed("a checkpoint that does not end in a newline") }
    guard size > 0 || root == TreeHash.empty else {
      throw .malformed("an empty tree with a root that is not that of nothing")
    }
    exactOrigin = origin
    self.size = size
    self.root = root
  }

  /// Reads a checkpoint that a log's key has signed: throws as `SignedNote.verify` does, `.malformed`
  /// for what is not a checkpoint, and `.wrongOrigin` for the checkpoint of another log.
  package init(
    opening note: SignedNote, origin: String, key: VerifierKey
  ) throws(LogError) {
    // A witness's key vouches for what a log signed, not for the log.
    guard key.kind == .log else {
      throw LogError(code: .unsigned, message: "\(key.name) is no log's key")
    }
    _ = try note.verify(with: [key])
    try self.init(parsing: note.text)
    guard exactOrigin == ExactText(origin) else {
      throw LogError(
        code: .wrongOrigin,
        message: "the checkpoint is of \(self.origin.debugDescription), not of \(origin)")
    }
  }
}
