package import Store

/// What the routes need: the use cases and ports behind them, and the clock.
package struct APIServices: Sendable {
  package let committer: GroupCommitter
  package let records: any RecordReader
  package let content: any ContentStorage
  package let log: PublishedLog
  package let lineage: LineageService
  package let rebuilds: RebuildService
  let verdicts = VerdictWatch()
  /// Nil where there is one engine of lineage only.
  package let lineageStanding: (@Sendable () -> LineageStanding)?
  /// How far the table of edges is; nil where the database does not say.
  package let edgeProgress: @Sendable () async -> EdgeProgress?
  package let authenticator: Authenticator
  package let health: Health
  /// Nil where checkpoints are not shown to any.
  package let witnesses: WitnessedSigner?
  /// For a namespace, those in which its references are looked up after itself, in order.
  package let imports: [Namespace: [Namespace]]
  package let now: @Sendable () -> Timestamp
  /// How long a request may take before it is told to come again.
  package let requestDeadline: Duration

  package init(
    committer: GroupCommitter, records: any RecordReader, content: any ContentStorage,
    log: PublishedLog, lineage: LineageService, rebuilds: RebuildService,
    lineageStanding: (@Sendable () -> LineageStanding)? = nil,
    edgeProgress: @escaping @Sendable () async -> EdgeProgress?,
    authenticator: Authenticator, health: Health, witnesses: WitnessedSigner? = nil,
    imports: [Namespace: [Namespace]],
    now: @escaping @Sendable () -> Timestamp,
    requestDeadline: Duration = .seconds(30)
  ) {
    self.committer = committer
    self.records = records
    self.content = content
    self.log = log
    self.lineage = lineage
    self.rebuilds = rebuilds
    self.lineageStanding = lineageStanding
    self.edgeProgress = edgeProgress
    self.authenticator = authenticator
    self.health = health
    self.witnesses = witnesses
    self.imports = imports
    self.now = now
    self.requestDeadline = requestDeadline
  }
}

extension APIServices {
  /// Commits, and lets this server's readers of the log know at once.
  func commit(
    _ request: CommitRequest, deadline: ContinuousClock.Instant
  ) async throws(StoreError) -> GroupCommitter.Committed {
    let committed = try await committer.commit(request, deadline: deadline)
    log.took(committed.checkpoint)
    return committed
  }

  var views: ViewService { ViewService(lineage: lineage, records: records) }
}
