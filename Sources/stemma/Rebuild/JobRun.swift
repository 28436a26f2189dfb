import Canonical
import NIOHTTP1
import Records
import StemmaCrypto
import Store
import Worker

/// What a worker does between a lease and its end.
struct JobRun {
  let client: PatientClient
  let configuration: WorkerConfiguration
  let device: (class: String, share: JSONValue?)
  let environment: [String: String]
  let scratch: ScratchFolder
  let stop: RebuildStop

  /// The device class as outputs are grouped by, the share included.
  var deviceGroup: DeviceGroup {
    let device = JSONValue.object([
      ("class", .string(device.class)), ("share", device.share ?? WorkRecords.unknownShare),
    ])
    return DeviceGroup([try? JSONDocument(parsing: device.canonicalBytes()).root])
  }

  /// - Throws: where the server is away for longer than its clients wait, or refuses what no other attempt would get
  ///   past; the lease ends by itself then.
  func run(_ item: WorkItem) async throws -> ItemOutcome {
    let begin = ContinuousClock.now
    func outcome(_ what: ItemOutcome.What) -> ItemOutcome {
      let time = (ContinuousClock.now - begin).components
      let milliseconds = Double(time.seconds) * 1000 + (Double(time.attoseconds) / 1e15).rounded()
      return ItemOutcome(
        item: item.item, view: item.view.digest, attempt: item.attempt, what: what,
        seconds: milliseconds / 1000)
    }
    if let answer = item.answer {
      return outcome(
        try await failing(item) {
          if !item.commitFirst.isEmpty { try await commit(item.commitFirst.map(\.canonical)) }
          return try await finish(item, answer) ? .found(answer) : .lost
        })
    }
    guard let executor = configuration.executors[item.executor] else {
      return outcome(try await fail(item, "no executor \(item.executor) here", said: []))
    }
    let folder = try JobFolder(item.lease, in: scratch)
    defer { try? folder.remove() }
    let run = try ExecutorRun(
      executor, job: item.job(in: folder).canonicalBytes(), in: folder, environment: environment)
    let hold = LeaseHold(item.lease, client.client, stopping: run)
    let keeping = Task { await hold.keep() }
    defer { keeping.cancel() }
    return outcome(
      try await failing(item) {
        try await stop.holding(run) { try await work(item, executor, run, folder, hold) }
      })
  }

  /// What the server refuses is this item's failure, not the end of the worker; what the worker itself cannot do is no
  /// failure of the item's, and the end of the worker.
  private func failing(
    _ item: WorkItem, _ work: () async throws -> ItemOutcome.What
  ) async throws -> ItemOutcome.What {
    do {
      return try await work()
    } catch let failure as CommandFailure where failure.status == 1 {
      return try await fail(item, failure.message, said: [])
    } catch let error as WorkerError where error.code == .folder || error.code == .start {
      _ = try await end(item, ["returned": true])
      throw error
    }
  }

  /// Runs one of an answer's `leases`.
  func outcome(of node: JSONNode) async throws -> ItemOutcome {
    do {
      return try await run(try WorkItem(node))
    } catch let error as WorkerError {
      // Nothing that another attempt of this worker would do better: it goes on no further.
      throw CommandFailure.unavailable(error.message)
    }
  }

  private func work(
    _ item: WorkItem, _ executor: Executor, _ run: ExecutorRun, _ folder: JobFolder,
    _ hold: LeaseHold
  ) async throws -> ItemOutcome.What {
    let content = JobContent(client: client)
    do {
      try await content.fetch(item, into: folder)
    } catch let error as WorkerError where error.code != .folder {
      return try await fail(item, "input: \(error.message)", said: [])
    } catch let failure as CommandFailure where failure.status == 1 {
      return try await fail(item, "input: \(failure.message)", said: [])
    }
    let startedAt = WallClock.now()
    let ended = try await run.run(guardCommand: GuardCommand.command)
    let endedAt = WallClock.now()
    if hold.isLost { return .lost }
    if let reason = Self.failure(ended, executor) {
      if ended.cause == .stopped {
        _ = try await end(item, ["returned": true])
        return .stopped
      }
      return try await fail(item, reason, said: ended.said)
    }
    let (result, records): (ExecutorResult, WorkRecords)
    do throws(WorkerError) {
      result = try await ExecutorResult.read(in: folder, mediaType: item.mediaType)
      records = try WorkRecords(
        of: item, result: result, device: device, startedAt: startedAt.description,
        endedAt: endedAt.description)
    } catch {
      return try await fail(item, "output: \(error.message)", said: ended.said)
    }
    let output: Digest
    do {
      try await content.store(result)
      try await commit((item.commitFirst + records.all).map(\.canonical))
      output = records.output.digest
    } catch let failure as CommandFailure where failure.code == "conflict" {
      // Another attempt was slower than its lease, and faster than this one.
      guard let made = try await self.output(of: item) else {
        return try await fail(item, "output: \(failure.message)", said: [])
      }
      output = made
    } catch let failure as CommandFailure where failure.status == 1 {
      return try await fail(item, "output: \(failure.message)", said: ended.said)
    }
    let judged = try await SiblingJudge(client: client, folder: folder).judge(
      output, of: item.view.digest, predecessor: item.predecessor)
    // A lease that was lost here is finished by whoever has it: the output is there.
    _ = try await finish(item, output)
    return .made(output, judged)
  }

  /// Nil where it ended as it should.
  private static func failure(_ run: ExecutorRun.Result, _ executor: Executor) -> String? {
    switch run.cause {
    case .stopped?: "stopped"
    case .timeLimit?: "over its limit of \(executor.timeLimitSeconds) s (\(run.end))"
    case .outputLimit?: "over its limit of \(executor.outputLimitBytes) bytes of output"
    case nil: run.end.isGood ? nil : "\(run.end)"
    }
  }

  private func commit(_ records: [[UInt8]]) async throws {
    _ = try await client.post(
      "commits", ["records": .array(records.map { ["record": .raw($0)] })])
  }

  private func output(of item: WorkItem) async throws -> Digest? {
    let query = QueryString([
      ("kind", "output"), ("execution", item.execution.digest.description), ("limit", "1"),
    ])
    let page = try await client.get("records" + query.text)
    return page["records"]?.elements.map(\.self).first?["digest"]?.digest
  }

  /// False where the lease is lost.
  private func finish(_ item: WorkItem, _ output: Digest) async throws -> Bool {
    try await end(item, ["output": .string(output.description)])
  }

  private func fail(
    _ item: WorkItem, _ reason: String, said: [UInt8]
  ) async throws -> ItemOutcome.What {
    let short = String(decoding: reason.utf8.prefix(180), as: UTF8.self)
    let isTaken = try await end(
      item,
      [
        "failed": .object(present: [
          "reason": .string(short),
          "stderr": said.isEmpty ? .none : .string(ItemOutcome.line(said)),
        ])
      ])
    return isTaken ? .failed(reason, said: said) : .lost
  }

  private func end(_ item: WorkItem, _ outcome: JSONValue) async throws -> Bool {
    do {
      _ = try await client.post("leases/\(item.lease)/finish", outcome)
      return true
    } catch let failure as CommandFailure where failure.code == "lease_lost" {
      return false
    }
  }
}
