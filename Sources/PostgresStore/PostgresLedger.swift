import Postgres
import Records
import StemmaCrypto
package import Store
import Synchronization
import TransparencyLog

/// Commits on PostgreSQL: one worker, one transaction a batch, the head row locked first.
///
/// Three round trips a batch: BEGIN, lock and look-ups; then the writes, while the batch is vouched
/// for; then COMMIT. Statements are set-based, so their number does not grow with the batch.
package final class PostgresLedger: CommitLedger {
  /// What the last commit of this connection left behind. A failover can lose the newest commits, so it
  /// is forgotten with the connection.
  private struct Memory {
    var generation = -1
    /// Ids never change.
    var ids: [Namespace: Int32] = [:]
    var edge: TileEdge?
  }

  private let worker: PostgresWorker
  /// A connection of its own: the next batch has the other one meanwhile.
  private let publisher: PostgresWorker
  private let deadline: Duration
  private let memory = Mutex(Memory())

  package init(conninfo: String, deadline: Duration = .seconds(20)) {
    worker = PostgresWorker(
      conninfo: conninfo, label: "stemma-committer", session: CommitSQL.session)
    publisher = PostgresWorker(conninfo: conninfo, label: "stemma-publisher")
    self.deadline = deadline
  }

  package func close() async {
    await worker.close()
    await publisher.close()
  }

  package func append(
    _ questions: BatchQuestions,
    decide: @escaping @Sendable (BatchFacts) -> BatchPlan,
    vouch: @escaping @Sendable (BatchPlan) async throws(StoreError) -> Void
  ) async throws(StoreError) -> BatchPlan {
    let deadline = Deadline.in(deadline)
    let (plan, write) = try await translated { () async throws(PostgresError) in
      try await worker.run(deadline: deadline, transaction: .opens) {
        (connection, generation) throws(PostgresError) in
        try self.plan(questions, on: &connection, generation: generation, deadline, decide)
      }
    }
    async let vouched = Self.result { () async throws(StoreError) in try await vouch(plan) }
    let written = await Self.result { () async throws(StoreError) in
      try await self.write(write, deadline)
    }
    let verdict = await vouched
    guard case .success = verdict, case .success = written else {
      await rollBack()
      try verdict.get()
      try written.get()
      return plan
    }
    try await translated { () async throws(PostgresError) in
      try await worker.run(deadline: deadline, transaction: .continues) {
        (connection, generation) throws(PostgresError) in
        try connection.pipelineCommitting([], deadline: deadline)
        self.memory.withLock {
          $0 = Memory(generation: generation, ids: write.ids, edge: plan.log.edge)
        }
      }
    }
    return plan
  }

  package func publish(_ checkpoint: SignedCheckpoint) async throws(StoreError) {
    let deadline = Deadline.in(deadline)
    var parameters = Parameters()
    parameters.append(checkpoint.size)
    parameters.append(checkpoint.note)
    let steps: [PostgresConnection.Step] = [
      (CommitSQL.begin, Parameters()), (LogSQL.publish, parameters),
    ]
    try await translated { () async throws(PostgresError) in
      try await publisher.run(deadline: deadline) { (connection, _) throws(PostgresError) in
        try connection.pipelineCommitting(steps, deadline: deadline)
      }
    }
  }

  private func plan(
    _ questions: BatchQuestions, on connection: inout PostgresConnection, generation: Int,
    _ deadline: Deadline, _ decide: (BatchFacts) -> BatchPlan
  ) throws(PostgresError) -> (BatchPlan, BatchWrite) {
    var known = memory.withLock { $0.generation == generation ? $0 : Memory() }
    try resolve(questions.namespaces, into: &known.ids, on: &connection, deadline)
    let lookup = BatchLookup(questions, ids: known.ids)
    let rows = try connection.pipeline(lookup.steps, deadline: deadline)
    let head = try lookup.head(from: rows)
    let edge: TileEdge
    if let remembered = known.edge, remembered.size == head.nextIndex {
      edge = remembered
    } else {
      edge = try TileEdge.load(size: head.nextIndex, from: &connection, deadline)
    }
    let plan = decide(try lookup.facts(from: rows, head: head, edge: edge))
    return (plan, BatchWrite(plan, ids: known.ids, nextNamespace: head.nextNamespace))
  }

  private func write(_ write: BatchWrite, _ deadline: Deadline) async throws(StoreError) {
    try await translated { () async throws(PostgresError) in
      try await worker.run(deadline: deadline, transaction: .continues) {
        (connection, _) throws(PostgresError) in
        _ = try connection.pipeline(write.steps, deadline: deadline)
      }
    }
  }

  /// A run outside of the transaction ends what an earlier one left open, with its connection if need be.
  private func rollBack() async {
    try? await worker.run(deadline: .in(.seconds(5))) { (_, _) throws(PostgresError) in }
  }

  private static func result<Value: Sendable>(
    _ body: @Sendable () async throws(StoreError) -> Value
  ) async -> Result<Value, StoreError> {
    do throws(StoreError) {
      return .success(try await body())
    } catch {
      return .failure(error)
    }
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
