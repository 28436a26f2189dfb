internal import StemmaCrypto
internal import TransparencyLog

extension AuditRun {
  /// Checks every entry up to a checkpoint, and the tree under it.
  mutating func walk(to checkpoint: Checkpoint) async throws(AuditError) {
    report.size = checkpoint.size
    let blocks = BlockReader.blocks(of: records.memory.count..<checkpoint.size)
    let reader = BlockReader(source: source)
    let ahead = max(1, options.concurrency)
    // Blocks are read in any order and taken in theirs; so many are in memory at once and no more.
    let outcome = await withTaskGroup(
      of: Result<CheckedBlock, AuditError>.self
    ) { group -> Result<Void, AuditError> in
      var arrived: [Int64: CheckedBlock] = [:]
      // What was read before the block that failed is still taken, and kept.
      var failure: AuditError?
      for range in blocks.prefix(ahead) { group.addTask { await reader.result(range) } }
      for (number, range) in blocks.enumerated() {
        do throws(AuditError) {
          while arrived[range.lowerBound] == nil, let result = await group.next() {
            switch result {
            case .success(let block): arrived[block.range.lowerBound] = block
            case .failure(let error): failure = failure ?? error
            }
          }
          guard let block = arrived.removeValue(forKey: range.lowerBound) else {
            throw failure ?? AuditError(.unavailable, "a block was not read")
          }
          if failure == nil, number + ahead < blocks.count {
            let next = blocks[number + ahead]
            group.addTask { await reader.result(next) }
          }
          try await take(block)
          options.progress(records.memory.count, checkpoint.size)
          if (number + 1) % options.blocksPerSave == 0 { try save(isComplete: false) }
        } catch {
          group.cancelAll()
          return .failure(error)
        }
      }
      return .success(())
    }
    try outcome.get()
    try await compareRoots(checkpoint)
  }

  private mutating func take(_ block: CheckedBlock) async throws(AuditError) {
    for finding in block.findings { report.findings.add(finding) }
    report.bytes += block.bytes
    for entry in block.entries {
      take(leafOf: entry)
      let fact = records.take(entry, into: &report.findings)
      report.records += 1
      if let fact {
        if fact.isErased { report.erased += 1 }
        if fact.isUnopenable { report.unopenable += 1 }
        if options.content != nil, let opening = entry.opening {
          contents.take(opening, in: fact.namespace)
        }
        keep(fact)
      }
    }
    for (tile, hashes) in block.tiles {
      let end = tile.number * Int64(Tile.fullWidth) + Int64(tile.width)
      let start = max(block.range.lowerBound, end - Int64(tile.width))
      let offset = Int(start - block.range.lowerBound)
      let leaves = block.entries[offset..<offset + Int(end - start)].map(\.leaf)
      try await tiles.take(tile, hashes, leaves: leaves, into: &report.findings)
    }
  }

  /// Adds a leaf to the first computation, and holds it against what is known from before.
  private mutating func take(leafOf entry: CheckedBlock.Entry) {
    guard let leaf = entry.leaf else {
      edge = nil
      return
    }
    if entry.index < leavesBefore.count, leavesBefore[Int(entry.index)] != leaf {
      report.findings.add(.index(entry.index), "its entry is not the one that the last audit saw")
    }
    edge?.append(leaf)
    guard let edge, let seen, edge.size == seen.size else { return }
    guard edge.root != seen.root else { return agreed = seen.size }
    report.findings.add(
      .within(0..<seen.size),
      "the first \(seen.size) entries are not those under the checkpoint of the last audit")
  }

  private mutating func keep(_ fact: RecordFact) {
    guard folder != nil, report.isGood else { return }
    let start = unsaved.count
    fact.append(to: &unsaved)
    facts.append(TreeHash.leaf(Array(unsaved[start...])))
  }

  /// Both computations of the root against the signed one.
  private mutating func compareRoots(_ checkpoint: Checkpoint) async throws(AuditError) {
    let rest = Finding.Place.within(
      min(agreed, checkpoint.size)..<max(agreed + 1, checkpoint.size))
    if let edge, edge.root != checkpoint.root {
      report.findings.add(
        rest,
        "the entries make the root \(edge.root.hex), the checkpoint says \(checkpoint.root.hex)")
    }
    let root = try await tiles.finish(into: &report.findings)
    if root != checkpoint.root {
      report.findings.add(
        rest, "the tiles make the root \(root.hex), the checkpoint says \(checkpoint.root.hex)")
    }
    seen = checkpoint
    try save(isComplete: false)
  }

  // MARK: Erasures

  /// Records that are said to be erased by what the log does not have.
  mutating func reportAwaited() {
    for (erasure, subjects) in records.awaited.sorted(by: { $0.key < $1.key }) {
      for subject in subjects {
        report.findings.add(
          .index(subject), "it is said to be erased by \(erasure), which no checkpoint covers")
      }
    }
  }

  /// Looks once more at records of which an erasure says that they are gone, or their nonces, and that had
  /// them when they passed: they must be gone now.
  mutating func finish() async throws(AuditError) {
    for pair in records.takeUnfinished() {
      // The whole page, so that a dump that is being made gets it as it is now.
      let size = min(records.memory.count, seen?.size ?? 0)
      let block = BlockReader.blocks(
        of: pair.subject / BlockReader.entries * BlockReader.entries..<size)
      let again = try await OpeningReader(source: source).read(block[0])
      for finding in again.findings { report.findings.add(finding) }
      guard let opening = again.byIndex[pair.subject] else { continue }
      let left =
        opening.erasedBy == nil
        ? "body" : pair.withNonce && opening.nonce != nil ? "nonce" : nil
      if let left {
        report.findings.add(
          .index(pair.subject),
          "\(pair.erasure) says that its \(left) was destroyed, and it is there")
      }
    }
    try save(isComplete: true)
  }
}
