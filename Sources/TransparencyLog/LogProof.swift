package import StemmaCrypto

/// A receipt: that an entry is in a log under a signed checkpoint, verified without asking anybody
/// (C2SP tlog-proof). Reading one verifies nothing.
package struct LogProof: Hashable, Sendable {
  /// What the reader may need to make the entry again. Nobody signed it.
  package let extra: [UInt8]?

  /// The entry's place in the log, from 0.
  package let index: Int64

  /// The inclusion proof, from the leaf's sibling up.
  package let hashes: [Digest]

  /// The log's signed checkpoint, with any cosignatures.
  package let checkpoint: SignedNote

  /// A receipt to be handed out; an empty `extra` is none.
  package init(extra: [UInt8]?, index: Int64, hashes: [Digest], checkpoint: SignedNote) {
    precondition(index >= 0 && hashes.count <= maximumProofLength, "an index and its proof")
    self.extra = extra?.isEmpty == true ? nil : extra
    self.index = index
    self.hashes = hashes
    self.checkpoint = checkpoint
  }

  /// The receipt as text; `init(parsing:)` gives the same receipt back.
  package func formatProof() -> [UInt8] {
    var text = utf8(Self.header + "\n")
    if let extra { text += utf8("extra \(Base64.encode(extra))\n") }
    text += utf8("index \(index)\n")
    for hash in hashes { text += utf8("\(hash.base64)\n") }
    return text + utf8("\n") + checkpoint.formatNote()
  }

  /// Reads a receipt; everything but the one spelling is `.malformed`.
  package init(parsing text: [UInt8]) throws(LogError) {
    var rest = text[...]
    guard rest.popLine()?.elementsEqual(Self.header.utf8) == true else {
      throw .malformed("not a tlog-proof")
    }
    var line = rest.popLine()
    var extra: [UInt8]?
    if let encoded = line?.dropping(prefix: "extra ") {
      guard let bytes = Base64.decode(encoded.span), !bytes.isEmpty else {
        throw .malformed("extra data that is not base 64, or none")
      }
      extra = bytes
      line = rest.popLine()
    }
    guard let index = line?.dropping(prefix: "index ").flatMap(parseDecimal) else {
      throw .malformed("a proof without an index")
    }
    self.extra = extra
    self.index = index
    hashes = try rest.popHashes()
    checkpoint = try SignedNote(parsing: Array(rest))
    _ = try Checkpoint(parsing: checkpoint.text)
  }

  private static let header = "c2sp.org/tlog-proof@v1"
}

extension LogProof {
  /// Checks that the entry is in the log whose key this is, and gives the checkpoint that says so.
  ///
  /// The checkpoint's origin must be the name of the key. Throws as `Checkpoint.init(opening:)` does,
  /// and `.badProof` or `.outOfRange` where the entry is not at that place of the tree.
  package func check(entry: [UInt8], key: VerifierKey) throws(LogError) -> Checkpoint {
    let opened = try Checkpoint(opening: checkpoint, origin: key.name, key: key)
    try checkInclusion(of: entry, under: opened)
    return opened
  }

  /// Checks that the entry is in one of the policy's logs, under a checkpoint that enough of its
  /// witnesses have cosigned; gives that checkpoint.
  ///
  /// Throws as `WitnessPolicy.check` does, and `.unsigned` for a policy that names no log.
  package func check(entry: [UInt8], policy: WitnessPolicy) throws(LogError) -> Checkpoint {
    guard !policy.logs.isEmpty else {
      throw LogError(code: .unsigned, message: "the policy names no log")
    }
    let opened = try policy.check(checkpoint)
    try checkInclusion(of: entry, under: opened)
    return opened
  }

  private func checkInclusion(of entry: [UInt8], under checkpoint: Checkpoint) throws(LogError) {
    try TransparencyLog.checkInclusion(
      hashes, of: TreeHash.leaf(entry), index: index, size: checkpoint.size, root: checkpoint.root)
  }
}
