import Postgres
import Records
import StemmaCrypto
package import Store
import Synchronization
import TransparencyLog

/// Commits on PostgreSQL: one transaction at a time, the head row locked first.
///
/// Three round trips a batch: BEGIN, lock and look-ups; then the writes, while the batch is vouched
/// for; then COMMIT. Statements are set-based, so their number does not grow with the batch. A batch that
/// comes while another one is written is looked up and planned meanwhile (`planAhead`), and then only locks the head
/// in its first round trip.
package final class PostgresLedger: CommitLedger {
  /// A batch that is planned, with what writes it.
  struct Planned: Sendable {
    /// Tells batches of this ledger apart.
    let number: Int
    let plan: BatchPlan
    let write: BatchWrite
  }

  /// What the last commit of this connection left behind. A failover can lose the newest commits, so it
  /// is forgotten with the connection.
  private struct Memory {
    var generation = -1
    /// The batch that was committed last.
    var number: Int?
    /// Ids never change.
    var ids: [Namespace: Int32] = [:]
    var edge: TileEdge?
  }

  private struct State {
    var memory = Memory()
    /// The batch that holds the head.
    var underWay: Planned?
    var batches = 0
  }

  private let worker: PostgresWorker
  /// Connections of their own: the batch that is written has the other one meanwhile.
  private let scout: PostgresWorker
  private let publisher: PostgresWorker
  private let deadline: Duration
  private let turns = Turns()
  private let state = Mutex(State())

  package init(conninfo: String, deadline: Duration = .seconds(20)) {
    worker = PostgresWorker(
      conninfo: conninfo, label: "stemma-committer", session: CommitSQL.session)
    scout = PostgresWorker(conninfo: conninfo, label: "stemma-scout", session: CommitSQL.session)
    publisher = PostgresWorker(conninfo: conninfo, label: "stemma-publisher")
    self.deadline = deadline
  }

  package func close() async {
    await worker.close()
    await scout.close()
    await publisher.close()
  }

  package func append(
    _ questions: BatchQuestions,
    decide: @escaping @Sendable (BatchFacts) -> BatchPlan,
    vouch: @escaping @Sendable (BatchPlan) async throws(StoreError) -> Void
  ) async throws(StoreError) -> BatchPlan {
    let number = state.withLock { state in
      state.batches += 1
      return state.batches
    }
    let ahead = await planAhead(questions, number, decide)
    await turns.take()
    defer {
      state.withLock { $0.underWay = nil }
      turns.pass()
    }
    let deadline = Deadline.in(deadline)
    let planned = try await translated { () async throws(PostgresError) in
      try await worker.run(deadline: deadline, transaction: .opens) {
        (connection, generation) throws(PostgresError) in
        try self.plan(
          questions, number, ahead, on: &connection, generation: generation, deadline, decide)
      }
    }
    state.withLock { $0.underWay = planned }
    try await commit(planned, deadline, vouch)
    return planned.plan
  }

  /// Writes while the batch is vouched for, and then COMMIT.
  private func commit(
    _ planned: Planned, _ deadline: Deadline,
    _ vouch: @Sendable (BatchPlan) async throws(StoreError) -> Void
  ) async throws(StoreError) {
    let (plan, write) = (planned.plan, planned.write)
    async let vouched = Self.result { () async throws(StoreError) in try await vouch(plan) }
    let written = await Self.result { () async throws(StoreError) in
      try await self.write(write, deadline)
    }
    let verdict = await vouched
    guard case .success = verdict, case .success = written else {
      await rollBack()
      try verdict.get()
      return try written.get()
    }
    try await translated { () async throws(PostgresError) in
      try await worker.run(deadline: deadline, transaction: .continues) {
        (connection, generation) throws(PostgresError) in
        try connection.pipelineCommitting([], deadline: deadline)
        let memory = Memory(
          generation: generation, number: planned.number, ids: write.ids, edge: plan.log.edge)
        self.state.withLock { $0.memory = memory }
      }
    }
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

  /// A plan on top of the batch that holds the head, made while that one is written. Nil where there is none, or
  /// the scout's connection does not see the head that it was planned on: in a failover it may be another
  /// server's.
  private func planAhead(
    _ questions: BatchQuestions, _ number: Int, _ decide: @Sendable (BatchFacts) -> BatchPlan
  ) async -> (base: Int, Planned)? {
    guard let base = state.withLock({ $0.underWay }), base.plan.destructions.isEmpty else {
      return nil
    }
    let deadline = Deadline.in(.seconds(2))
    // What fails here is tried again in turn, where its error is told.
    return try? await scout.run(deadline: deadline) { (connection, _) throws(PostgresError) in
      var ids = base.write.ids
      try self.resolve(questions.namespaces, into: &ids, on: &connection, deadline)
      let lookup = BatchLookup(questions, ids: ids)
      let rows = try connection.pipeline(
        [(CommitSQL.readHead, Parameters())] + lookup.steps, deadline: deadline)
      let seen = try HeadRow(rows.first)
      guard seen == base.write.headBefore || seen == base.write.head else { return nil }
      var facts = BatchFacts(edge: base.plan.log.edge, lastCommittedAt: nil)
      try lookup.read(rows.dropFirst(), into: &facts)
      facts.add(base.plan)
      let plan = decide(facts)
      let write = BatchWrite(plan, ids: ids, on: base.write.head)
      return (base.number, Planned(number: number, plan: plan, write: write))
    }
  }

  /// Locks the head, and plans where `ahead` does not hold: the batch that it rests on must be the last one of this
  /// very connection, and the head as that one left it.
  private func plan(
    _ questions: BatchQuestions, _ number: Int, _ ahead: (base: Int, planned: Planned)?,
    on connection: inout PostgresConnection, generation: Int, _ deadline: Deadline,
    _ decide: (BatchFacts) -> BatchPlan
  ) throws(PostgresError) -> Planned {
    var known = state.withLock { $0.memory.generation == generation ? $0.memory : Memory() }
    var locking = BatchLookup.lockingHead
    if let ahead, ahead.base == known.number {
      let head = try HeadRow(connection.pipeline(locking, deadline: deadline).last)
      if head == ahead.planned.write.headBefore { return ahead.planned }
      // Another server was quicker. The lock stays.
      locking = Array(locking.suffix(1))
    }
    try resolve(questions.namespaces, into: &known.ids, on: &connection, deadline)
    let lookup = BatchLookup(questions, ids: known.ids)
    let rows = try connection.pipeline(locking + lookup.steps, deadline: deadline)
    let head = try HeadRow(rows.prefix(locking.count).last)
    let edge: TileEdge
    if let remembered = known.edge, remembered.size == head.nextIndex {
      edge = remembered
    } else {
      edge = try TileEdge.load(size: head.nextIndex, from: &connection, deadline)
    }
    var facts = BatchFacts(edge: edge, lastCommittedAt: head.lastCommittedAt)
    try lookup.read(rows.dropFirst(locking.count), into: &facts)
    let plan = decide(facts)
    return Planned(
      number: number, plan: plan, write: BatchWrite(plan, ids: known.ids, on: head))
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
