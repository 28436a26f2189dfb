package import TransparencyLog

/// What an auditor is told.
package struct AuditOptions: Sendable {
  /// The log's key; its name is the origin that checkpoints must have.
  package let key: VerifierKey
  /// Who else must have signed the checkpoint.
  package var policy: WitnessPolicy?
  /// Begin at index 0, whatever was checked before. A full audit that was interrupted is gone on with.
  package var isFull = false
  /// Begin at index 0 even where a full audit was interrupted: somebody wants to see every page.
  package var isFresh = false
  /// Where to fetch the content that records name, if at all. Begins at index 0: what is wrong with content is not kept,
  /// so that the next run must look at it again.
  package var content: (any ContentSource)?
  /// Namespaces that a namespace may refer to, beside itself.
  package var imports: [String: Set<String>] = [:]
  /// How long a checkpoint is waited for that covers an erasure whose effect the source shows already. The bytes
  /// are gone from its COMMIT on, and it is signed after that.
  package var patience = Duration.seconds(5)
  /// For a source that is a snapshot, and never shows a newer checkpoint: whether one of that many entries is
  /// published by now.
  package var isCovered: (@Sendable (Int64) async throws(AuditError) -> Bool)?
  /// Findings of each sort that are kept.
  package var findingLimit = 100
  /// Blocks that are read at once.
  package var concurrency = 4
  /// Blocks between two saves of good progress.
  package var blocksPerSave = 32
  /// Told after each block: entries checked, and how many there are.
  package var progress: @Sendable (_ done: Int64, _ size: Int64) -> Void = { _, _ in }

  package init(key: VerifierKey) { self.key = key }
}
