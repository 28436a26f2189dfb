internal import StemmaCrypto
internal import TransparencyLog

extension AuditRun {
  /// Holds a checkpoint that the log's key has signed against the one seen before it; false where they
  /// cannot both be true. Then both notes are in the report: each is signed, so that everybody can see it.
  mutating func accept(_ checkpoint: Checkpoint, _ note: [UInt8]) async throws(AuditError) -> Bool {
    if let seen {
      if checkpoint.size < seen.size {
        report.findings.add(
          .within(checkpoint.size..<seen.size),
          "the log was rolled back: it had \(seen.size) entries and now has \(checkpoint.size)")
        report.conflict = (state.seen, note)
        return false
      }
      if checkpoint.size == seen.size, checkpoint.root != seen.root {
        report.findings.add(
          .log, "the log was forked: two checkpoints of \(seen.size) entries have different roots")
        report.conflict = (state.seen, note)
        return false
      }
      if checkpoint.size > seen.size, seen.size > 0 {
        try await checkGrowth(from: seen, to: checkpoint, note)
      }
    }
    // The signature commits the log's operator, whatever the walk will find.
    guard report.isGood else { return true }
    state.seen = note
    if let folder {
      // What was walked stays as it is on the disk: nothing new is in it yet.
      var onlySeen = try folder.load()
      onlySeen.seen = note
      try folder.save(onlySeen)
    }
    return true
  }

  /// The tree of `new` must begin with that of `old`, by a consistency proof out of the served tiles.
  /// Tiles that were altered make no proof either, so the walk goes on and tells which.
  private mutating func checkGrowth(
    from old: Checkpoint, to new: Checkpoint, _ note: [UInt8]
  ) async throws(AuditError) {
    var hashes: [Tile: [Digest]] = [:]
    for tile in consistencyTiles(from: old.size, to: new.size) {
      switch try await source.hashes(of: tile) {
      case .success(let served): hashes[tile] = served
      case .failure(let problem):
        report.findings.add(.log, "no consistency proof: \(problem.message)")
        return
      }
    }
    do throws(LogError) {
      let proof = try proveConsistency(from: old.size, to: new.size) { hashes[$0] }
      try checkConsistency(proof, from: old.size, root: old.root, to: new.size, root: new.root)
    } catch {
      report.findings.add(
        .log,
        "the checkpoint of \(new.size) entries is not shown to grow from that of \(old.size): \(error.message)"
      )
      report.conflict = (state.seen, note)
    }
  }
}
