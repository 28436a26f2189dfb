import Postgres
import Records
import StemmaCrypto
package import Store
import Synchronization

/// Commits on PostgreSQL: one worker, one transaction a batch, the head row locked first.
///
/// Two round trips a batch: BEGIN, lock and look-ups; then writes and COMMIT. Statements are
/// set-based, so their number does not grow with the batch.
package final class PostgresLedger: CommitLedger {
  private struct KnownNamespaces {
    var generation = -1
    /// The store's size when this connection last made its plans.
    var plannedFor: Int64 = 0
    var ids: [Namespace: Int32] = [:]
  }

  private let worker: PostgresWorker
  private let deadline: Duration
  /// Ids never change, but a failover can lose the newest: forgotten with the connection.
  private let known = Mutex(KnownNamespaces())

  package init(conninfo: String, deadline: Duration = .seconds(20)) {
    worker = PostgresWorker(
      conninfo: conninfo, label: "stemma-committer", session: CommitSQL.session)
    self.deadline = deadline
  }

  package func close() async { await worker.close() }

  package func append(
    _ questions: BatchQuestions, decide: @escaping @Sendable (BatchFacts) -> BatchPlan
  ) async throws(StoreError) -> BatchPlan {
    let deadline = Deadline.in(deadline)
    return try await translated { () async throws(PostgresError) in
      try await worker.run(deadline: deadline) {
        (connection, generation) throws(PostgresError) in
        try self.transact(
          questions, on: &connection, generation: generation, deadline: deadline, decide)
      }
    }
  }

  private func transact(
    _ questions: BatchQuestions, on connection: inout PostgresConnection, generation: Int,
    deadline: Deadline, _ decide: (BatchFacts) -> BatchPlan
  ) throws(PostgresError) -> BatchPlan {
    let known = known.withLock { $0.generation == generation ? $0 : KnownNamespaces() }
    var ids = known.ids
    var plannedFor = known.plannedFor
    try resolve(questions.namespaces, into: &ids, on: &connection, deadline)
    let lookup = BatchLookup(questions, ids: ids)
    let rows = try connection.pipeline(lookup.steps, deadline: deadline)
    let (facts, nextNamespace) = try lookup.facts(from: rows)
    if facts.nextIndex > 2 * plannedFor {
      _ = try connection.execute(CommitSQL.planAnew, deadline: deadline)
      plannedFor = facts.nextIndex
    }
    let plan = decide(facts)
    let write = BatchWrite(plan, ids: ids, nextNamespace: nextNamespace)
    try connection.pipelineCommitting(write.steps, deadline: deadline)
    self.known.withLock {
      $0 = KnownNamespaces(generation: generation, plannedFor: plannedFor, ids: write.ids)
    }
    return plan
  }

  /// Ids of namespaces that are not remembered. One that is not there yet stays out: this batch may
  /// make it, and if another server does so at the same time, the unique name tells us.
  private func resolve(
    _ namespaces: [Namespace], into ids: inout [Namespace: Int32],
    on connection: inout PostgresConnection, _ deadline: Deadline
  ) throws(PostgresError) {
    let unknown = namespaces.filter { ids[$0] == nil }
    guard !unknown.isEmpty else { return }
    var parameters = Parameters()
    parameters.append(unknown.map(\.name))
    let rows = try connection.execute(
      NamespaceSQL.ids, parameters, deadline: deadline)
    for row in 0..<rows.count {
      guard let namespace = Namespace(try rows.text(row, 0)) else { continue }
      ids[namespace] = try rows.int32(row, 1)
    }
  }
}
