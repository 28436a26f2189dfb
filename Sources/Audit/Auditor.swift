internal import TransparencyLog

/// Checks a log from outside, record by record, and believes nothing but the key it was given.
package struct Auditor: Sendable {
  private let source: any AuditSource
  private let options: AuditOptions
  private let folder: StateFolder?

  /// - Parameter folder: where to keep what was seen; without it every run is the first.
  package init(_ source: any AuditSource, _ options: AuditOptions, folder: StateFolder? = nil) {
    self.source = source
    self.options = options
    self.folder = folder
  }

  /// Audits up to the newest checkpoint, from where the last good run ended.
  ///
  /// What is wrong is in the report. Good progress is kept as it is made, and nothing of a run that found
  /// something but the checkpoint it was shown.
  /// - Throws: `.unavailable` where the source does not answer, `.state` for the auditor's own folder.
  package func run() async throws(AuditError) -> AuditReport {
    var run = try AuditRun(source: source, options: options, folder: folder)
    guard let checkpoint = try await nextCheckpoint(&run) else { return run.report }
    try await run.walk(to: checkpoint)
    // A record can have been erased since the checkpoint was fetched; then the log has grown up to that
    // erasure at least, or is about to.
    while let erasure = run.lastAwaited, run.report.isGood {
      if let isCovered = options.isCovered {
        if try await !isCovered(erasure + 1) { run.reportAwaited() }
        break
      }
      guard let next = try await nextCheckpoint(&run, covering: erasure) else {
        run.reportAwaited()
        break
      }
      try await run.walk(to: next)
    }
    if let content = options.content { try await checkContent(&run, content) }
    try await run.finish()
    try run.dropBadProgress()
    return run.report
  }

  /// Content can be erased while it is asked for: then the log is followed until it tells by which record.
  private func checkContent(
    _ run: inout AuditRun, _ source: any ContentSource
  ) async throws(AuditError) {
    run.report.content = ContentCount()
    try await run.fetchContent(from: source)
    let end = ContinuousClock.now + options.patience
    while run.hasUnsettledContent {
      guard ContinuousClock.now < end,
        let next = try await nextCheckpoint(&run, covering: run.records.memory.count)
      else { return run.reportUnsettledContent() }
      try await run.walk(to: next)
      try await run.fetchContent(from: source)
    }
  }

  /// A checkpoint that covers `index`; nil where none comes in time, or none that can be believed.
  private func nextCheckpoint(
    _ run: inout AuditRun, covering index: Int64
  ) async throws(AuditError) -> Checkpoint? {
    let end = ContinuousClock.now + options.patience
    while let next = try await nextCheckpoint(&run) {
      if next.size > index { return next }
      guard ContinuousClock.now < end else { return nil }
      try? await Task.sleep(for: .milliseconds(100))
    }
    return nil
  }

  /// The newest checkpoint, where it can be believed and does not contradict what was seen before.
  private func nextCheckpoint(_ run: inout AuditRun) async throws(AuditError) -> Checkpoint? {
    let note: [UInt8]
    switch try await source.checkpoint() {
    case .bytes(let served): note = served
    case .absent(let reason):
      run.report.findings.add(.log, "there is no checkpoint: \(reason)")
      return nil
    }
    let checkpoint: Checkpoint
    do throws(LogError) {
      let signed = try SignedNote(parsing: note)
      checkpoint = try Checkpoint(opening: signed, origin: options.key.name, key: options.key)
      if let policy = options.policy { _ = try policy.check(signed) }
    } catch {
      run.report.findings.add(.log, "the checkpoint is refused: \(error.message)")
      return nil
    }
    return try await run.accept(checkpoint, note) ? checkpoint : nil
  }
}
