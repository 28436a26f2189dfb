package import StemmaCrypto

/// What a log sends to a witness to have a checkpoint cosigned: the body of `add-checkpoint`
/// (C2SP tlog-witness). Reading one verifies nothing.
package struct AddCheckpointRequest: Hashable, Sendable {
  /// The size that the witness cosigned last; 0 where it has cosigned none.
  package let oldSize: Int64

  /// The consistency proof from there to the checkpoint.
  package let proof: [Digest]

  /// The checkpoint, signed by the log.
  package let checkpoint: SignedNote

  package init(oldSize: Int64, proof: [Digest], checkpoint: SignedNote) {
    precondition(oldSize >= 0 && proof.count <= maximumProofLength, "a size and a proof from it")
    self.oldSize = oldSize
    self.proof = proof
    self.checkpoint = checkpoint
  }

  /// The request's body; `init(parsing:)` gives the same request back.
  package func formatRequest() -> [UInt8] {
    var text = utf8("old \(oldSize)\n")
    for hash in proof { text += utf8("\(hash.base64)\n") }
    return text + utf8("\n") + checkpoint.formatNote()
  }

  /// Reads a body; everything but the one spelling is `.malformed`.
  package init(parsing text: [UInt8]) throws(LogError) {
    var rest = text[...]
    guard let oldSize = rest.popLine()?.dropping(prefix: "old ").flatMap(parseDecimal) else {
      throw .malformed("a request without an old size")
    }
    self.oldSize = oldSize
    proof = try rest.popHashes()
    checkpoint = try SignedNote(parsing: Array(rest))
    _ = try Checkpoint(parsing: checkpoint.text)
  }
}
