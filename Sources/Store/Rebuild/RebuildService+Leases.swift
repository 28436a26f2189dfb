import Canonical
import Lineage
import Records
import StemmaCrypto

extension RebuildService {
  /// How long items are looked for that need somebody, while there are others.
  private static let patience = Duration.seconds(10)

  /// Leases items, and says of each what is to be done. What turns out to need nothing, or to be impossible, is finished
  /// here and others are looked for: fewer come back than are asked for only where there are no more, or finding them
  /// takes long.
  ///
  /// - Parameter request: its `now` is asked of `now` again for each round.
  package func lease(
    _ request: LeaseRequest, in namespace: Namespace, now: () -> Timestamp
  ) async throws(StoreError) -> [RebuildJob] {
    let end = ContinuousClock.now + Self.patience
    var request = request
    var jobs: [RebuildJob] = []
    let wanted = request.leases.count
    while jobs.count < wanted, ContinuousClock.now < end {
      let leased = try await storage.lease(request, in: namespace)
      guard !leased.isEmpty else { break }
      for lease in leased {
        do throws(StoreError) {
          if let job = try await job(for: lease, in: namespace) { jobs.append(job) }
        } catch  where error.code == .corrupt {
          // The others are not to wait until their leases run out.
          let reason = String("server: \(error)".prefix(200))
          let failed = WorkOutcome.failed(reason: reason, complaint: [])
          _ = try await storage.finish(lease.lease, failed, in: namespace)
        }
      }
      request.leases = (jobs.count..<wanted).map { _ in newID() }
      request.now = now()
    }
    return jobs
  }

  /// Nil where there is nothing to do: the item is finished then.
  private func job(
    for lease: LeasedItem, in namespace: Namespace
  ) async throws(StoreError) -> RebuildJob? {
    let item = lease.item
    let execution = try Self.execution(of: item.id)
    // An earlier attempt may have come as far as its output, and no further.
    if let made = try await output(of: execution, in: namespace), made.sample == item.id.description
    {
      guard try await storage.aim(lease.lease, at: made.view, in: namespace) else { return nil }
      _ = try await storage.finish(lease.lease, .done(output: made.digest), in: namespace)
      return nil
    }
    let graph = try await graph(in: namespace)
    let target = try await RebuildTarget(of: item, graph, self)
    guard let view = target.view, let context = target.context else {
      _ = try await storage.finish(
        lease.lease, .listed(reason: target.impossible ?? "erased"), in: namespace)
      return nil
    }
    guard try await storage.aim(lease.lease, at: view.digest, in: namespace) else { return nil }
    if let answer = target.answer, target.commitFirst.isEmpty {
      _ = try await storage.finish(lease.lease, .done(output: answer), in: namespace)
      return nil
    }
    return RebuildJob(
      lease: lease.lease, item: item, execution: execution, view: view,
      commitFirst: target.commitFirst, context: context, inputs: target.inputs,
      answer: target.answer, predecessor: target.predecessor)
  }

  /// The output that an execution has made.
  private func output(
    of execution: Record, in namespace: Namespace
  ) async throws(StoreError) -> (digest: Digest, view: Digest, sample: String)? {
    var filter = RecordFilter()
    filter.kind = .output
    filter.execution = execution.digest
    filter.limit = 1
    guard let found = try await records.records(filter, in: namespace).items.first,
      let body = try? JSONDocument(parsing: found.body).root,
      let view = body["view"]?.digest, let sample = body["sample"]?.text
    else { return nil }
    return (found.digest, view, sample)
  }

  private static func execution(of item: WorkID) throws(StoreError) -> Record {
    try RebuildTarget.sealed([
      "kind": "execution", "v": 1,
      "id": .string(WorkID(deriving: "execution", from: item).description),
      "gang": ["system": "stemma", "id": .string(item.description), "size": 1],
    ])
  }
}
