package import Store

/// What the routes need: the use cases and ports behind them, and the clock.
package struct APIServices: Sendable {
  package let committer: GroupCommitter
  package let records: any RecordReader
  package let content: any ContentStorage
  package let authenticator: Authenticator
  package let health: Health
  package let now: @Sendable () -> Timestamp
  /// How long a request may take before it is told to come again.
  package let requestDeadline: Duration

  package init(
    committer: GroupCommitter, records: any RecordReader, content: any ContentStorage,
    authenticator: Authenticator, health: Health, now: @escaping @Sendable () -> Timestamp,
    requestDeadline: Duration = .seconds(30)
  ) {
    self.committer = committer
    self.records = records
    self.content = content
    self.authenticator = authenticator
    self.health = health
    self.now = now
    self.requestDeadline = requestDeadline
  }
}
