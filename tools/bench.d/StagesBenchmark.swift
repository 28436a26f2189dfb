import ArgumentParser
import Canonical
import Records
import StemmaCrypto
import Store
import TransparencyLog

struct StagesBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stages",
    abstract: "Where the CPU of a commit goes, without network, database and disk.",
    discussion: """
      The commits of both ingest workloads, in batches as 64 clients make them, through each step that the server \
      takes on the way to the database. One thread; microseconds a commit, of the fastest round: neighbours \
      only ever make one slower.
      """)

  @Option(help: "Commits of a batch.")
  var batch = 31

  @Option(help: "Rounds, each with a batch of its own.")
  var rounds = 200

  @Option(help: "Seed of everything that is committed.")
  var seed: UInt64 = 1

  func validate() throws {
    guard batch > 0, rounds > 0 else {
      throw ValidationError("at least one commit and one round")
    }
  }

  func run() throws {
    try measure("training", TrainingWorkload(seed: seed))
    try measure("high-rate", DecisionWorkload(seed: seed))
  }

  private func measure(_ name: String, _ workload: some Workload) throws {
    var workload = workload
    var stages = Stages()
    for body in workload.foundations() { try stages.run([body]) }
    stages.seconds = [:]
    for _ in 0..<rounds { try stages.run((0..<batch).map { _ in workload.next() }) }
    for (stage, fastest) in stages.seconds.sorted(by: { $0.key < $1.key }) {
      report([
        "bench": "stages", "workload": .string(name), "stage": .string(stage),
        "microsecondsPerCommit": .figure(fastest / Double(batch) * 1e6),
      ])
    }
  }
}

/// The steps, with what a database would remember of them.
private struct Stages {
  /// Of each step, those of the fastest batch.
  var seconds: [String: Double] = [:]
  private var known: [Scoped<Digest>: BatchFacts.Known] = [:]
  private var edge = TileEdge()

  mutating func run(_ bodies: [[UInt8]]) throws {
    guard let namespace = Namespace("bench") else { throw BenchError("no namespace") }
    let documents = try time("1 parse") {
      try bodies.map { try JSONDocument(parsing: $0, limits: JSONLimits(maxDepth: 67)) }
    }
    let drafts = try time("2 check") {
      try documents.map { document in
        try (document.root["records"]?.elements.map { $0 } ?? []).map { item in
          guard let record = item["record"] else { throw BenchError("no record") }
          return CommitPreparation.Item(handle: nil, draft: try RecordDraft(checking: record))
        }
      }
    }
    let prepared = try time("3 seal and order") { try drafts.map { try CommitPreparation($0) } }
    let requests = time("4 content") {
      zip(documents, prepared).map { document, prepared in
        CommitRequest(
          namespace: namespace, principal: "admin", records: prepared.records,
          content: document.root["content"]?.elements.map {
            SmallContent(bytes: $0["text"]?.utf8 ?? [])
          } ?? [])
      }
    }
    let questions = time("5 questions") { BatchPlanner.questions(for: requests) }
    var facts = BatchFacts(edge: edge, lastCommittedAt: nil)
    for question in questions.records { facts.records[question] = known[question] }
    let plan = time("6 plan") {
      BatchPlanner.plan(
        requests, facts: facts, now: Timestamp(microseconds: 1_780_000_000_000_000),
        random: { [UInt8](repeating: 7, count: $0) })
    }
    for case .rejected(let why) in plan.outcomes { throw BenchError("rejected: \(why)") }
    edge = plan.log.edge
    for new in plan.records {
      known[Scoped(namespace, new.record.digest)] = .init(
        index: new.index, kind: new.record.kind, content: new.record.content?.digest)
    }
  }

  private mutating func time<Value>(
    _ stage: String, _ body: () throws -> Value
  ) rethrows -> Value {
    let run = try timed(body)
    seconds[stage] = min(seconds[stage] ?? .infinity, run.cpu)
    return run.value
  }
}
