import ArgumentParser
import AsyncHTTPClient
import Canonical
import Glibc
import Lineage
import NIOHTTP1
import StemmaCrypto
import Store
import Worker

struct RebuildCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rebuild",
    abstract: "Compute views anew: plan what is stale, run it, judge what came out.",
    discussion: """
      Plans on the server, then works until the plan is done. Without a selection it does whatever rebuilds of the \
      namespace are open, and waits for more. Any number of these may run, on any number of machines.

      --config says what may be run under which name: strict JSON,

        {"class": "cpu", "share": {"mode": "whole"},
         "executors": {"score": {"command": ["/usr/bin/python3", "score.py"], "folder": "working/files",
           "environment": {"OMP_NUM_THREADS": "1"}, "inherit": ["PATH"],
           "timeLimitSeconds": 600, "outputLimitBytes": 1073741824, "graceSeconds": 10}}}

      An executor gets its job as JSON on standard input, with the paths of its inputs and of the folder for its output \
      (schemas/FORMAT.md, section 12). Ctrl-C finishes what runs; a second one ends it and gives it back. A rebuild goes on \
      with --rebuild ID.

      Exit status: 0 done; 1 an output is divergent, or an item failed; 2 usage; 3 unavailable, or stopped before the end.
      """)

  @OptionGroup var server: ServerOptions
  @OptionGroup var selection: RebuildSelection

  @Option(help: "How many items at a time; 0 only plans.")
  var workers = 1

  @Option(help: ArgumentHelp("What this worker may run.", valueName: "file"))
  var config: String?

  @Option(
    name: .customLong("class"),
    help: "The device class that this worker is, and that more samples are wanted of.")
  var deviceClass: String?

  @Option(help: "-1000 to 1000; larger ones go first.")
  var priority = 0

  @Flag(help: "Print the plan and what it will take; store nothing.")
  var dryRun = false

  @Flag(help: "End when nothing can be begun, whatever other workers are at.")
  var once = false

  @Option(help: ArgumentHelp("End after so many items.", valueName: "count"))
  var items: Int?

  @Option(
    help: ArgumentHelp(
      "Do what this answer of POST leases asks for (- is standard input), and end: for who leases himself.",
      valueName: "file"))
  var leased: String?

  @Option(help: "table, or json: one line an item, and one at the end.")
  var output = OutputFormat.table

  /// Rounds of --until-decided: each adds what the newest verdict needs.
  private static let maximumRounds = 20
  private static let shownItems = 50

  func validate() throws {
    guard (0...256).contains(workers) else { throw ValidationError("--workers: 0 to 256") }
    guard items ?? 1 > 0 else { throw ValidationError("--items: from 1") }
    guard leased == nil || !dryRun && workers > 0 && items == nil && selection.isEmpty else {
      throw ValidationError("--leased goes with no selection, --dry-run or --items")
    }
    guard dryRun || workers == 0 || config != nil else {
      throw ValidationError("--config is needed: it says what may be run")
    }
  }

  func run() async throws {
    let client = try StemmaClient(server)
    if dryRun || workers == 0 {
      guard let selected = try await selection.members(client, on: deviceClass) else {
        throw CommandFailure.usage("nothing is selected")
      }
      let answer = try await plan(selected, client)
      try show(answer)
      return
    }
    let worker = try settings(client)
    defer { try? worker.scratch.remove() }
    // Samples of this worker's class, as it is shared.
    let selected = try await selection.members(
      client, on: deviceClass == nil ? nil : worker.deviceGroup.name)
    let report = RebuildReport(output)
    let stop = worker.stop
    let listening = Task { await stop.listen() }
    defer { listening.cancel() }
    if let leased { return try await work(worker, leased: leased, report) }
    var id = selection.rebuild
    var rounds = 0
    repeat {
      if let selected {
        let answer = try await plan(selected, client)
        let text = RebuildPlanText(plan: try answer.json())
        for line in text.lines(limit: Self.shownItems) { report.note(line) }
        id = try answer.json()["rebuild"]?.text
        if text.runnable == 0 { break }
        if let id { report.note("rebuild \(id)") }
      }
      try await work(worker, id, report)
      rounds += 1
    } while selection.untilDecided != nil && !stop.isAsked && report.divergent.isEmpty
      && report.failedHere == 0 && rounds < Self.maximumRounds
    if let id {
      try await CatchUp(client: worker.client, scratch: worker.scratch).judge(id, report)
    }
    report.end()
    let isWhole = try await conclude(id, worker.client, report)
    if !report.divergent.isEmpty || !isWhole { throw ExitCode(1) }
    if stop.isAsked { throw ExitCode(3) }
  }

  /// A plan is not asked for twice: a second one would do the first one's work again.
  private func plan(
    _ selected: [(String, JSONValue)], _ client: StemmaClient
  ) async throws -> StemmaClient.Answer {
    var body = selected
    if priority != 0 { body.append(("priority", .integer(Int64(priority)))) }
    if dryRun { body.append(("dryRun", true)) }
    return try await client.send(
      .POST, "rebuilds", body: .bytes(JSONValue.object(body).canonicalBytes()),
      headers: [("Content-Type", "application/json")])
  }

  private func show(_ answer: StemmaClient.Answer) throws {
    if output == .json {
      Terminal.write(answer.body + [0x0A])
      return
    }
    let plan = try answer.json()
    for line in RebuildPlanText(plan: plan).lines(limit: .max) { Terminal.print(line) }
    if let id = plan["rebuild"]?.text { Terminal.print("rebuild \(id)") }
  }

  private func settings(_ client: StemmaClient) throws -> JobRun {
    do throws(WorkerError) {
      let configuration = try WorkerConfiguration(contentsOf: config ?? "")
      try configuration.checkPrograms()
      guard let name = deviceClass ?? configuration.deviceClass else {
        throw WorkerError(
          .configuration, "\(config ?? ""): no class, and no --class: of what device is this?")
      }
      return JobRun(
        client: PatientClient(client: client), configuration: configuration,
        device: (name, configuration.share), environment: Environment.all,
        scratch: try ScratchFolder(in: configuration.scratch), stop: RebuildStop())
    } catch {
      throw CommandFailure.usage(error.message)
    }
  }

  private func work(_ jobs: JobRun, _ id: String?, _ report: RebuildReport) async throws {
    let drawing = Task {
      while let id, !Task.isCancelled {
        if let node = try? await jobs.client.client.send(.GET, "rebuilds/\(id)").json() {
          report.progress(RebuildCounts(node))
        }
        try await Task.sleep(for: .seconds(1))
      }
    }
    defer { drawing.cancel() }
    let budget = ItemBudget(items)
    try await together(jobs) { number in
      try await RebuildWorker(
        name: "\(Environment.hostName):\(getpid())/\(number)", jobs: jobs, rebuild: id,
        isOnce: once, budget: budget, report: report
      ).work()
    }
  }

  /// - Throws: why the first worker that could not go on could not. The others give back what they have.
  private func together(
    _ jobs: JobRun, _ work: @escaping @Sendable (Int) async throws -> Void
  ) async throws {
    let failure = await withTaskGroup(of: (any Error)?.self) { group in
      for number in 0..<workers {
        group.addTask {
          do { try await work(number) } catch {
            jobs.stop.stopNow()
            return error
          }
          return nil
        }
      }
      return await group.reduce(nil) { $0 ?? $1 }
    }
    if let failure { throw failure }
  }

  /// Does what is leased already, as many at a time as there are workers.
  private func work(_ jobs: JobRun, leased path: String, _ report: RebuildReport) async throws {
    let bytes = try LocalFile.read(path, limit: 16 << 20)
    let answer: JSONNode
    do throws(JSONError) { answer = try JSONDocument(parsing: bytes).root } catch {
      throw CommandFailure.usage("\(path): \(error.message) at byte \(error.offset)")
    }
    let waiting = LeasedItems(answer["leases"]?.elements.map(\.self) ?? [])
    try await together(jobs) { _ in
      while !jobs.stop.isAsked, let node = waiting.next() {
        report.tell(try await jobs.outcome(of: node))
      }
    }
    report.end()
    if !report.divergent.isEmpty || report.failedHere > 0 { throw ExitCode(1) }
    if jobs.stop.isAsked { throw ExitCode(3) }
  }

  /// Tells how it stands at the end, and what failed.
  ///
  /// - Returns: false where something failed.
  private func conclude(
    _ id: String?, _ client: PatientClient, _ report: RebuildReport
  ) async throws -> Bool {
    let divergent = JSONValue.array(report.divergent.map { .string($0.output.description) })
    guard let id else {
      if output == .json {
        Terminal.write(JSONValue.object([("divergent", divergent)]).canonicalBytes() + [0x0A])
      }
      return report.failedHere == 0
    }
    let counts = RebuildCounts(try await client.get("rebuilds/\(id)"))
    if output == .json {
      let last: JSONValue = .object([
        ("rebuild", .string(id)), ("counts", counts.json), ("divergent", divergent),
      ])
      Terminal.write(last.canonicalBytes() + [0x0A])
    } else if counts.total > 0 {
      report.note("rebuild \(id): \(counts.text)")
    }
    guard counts["failed"] > 0 else { return true }
    let failed = try await client.get("rebuilds/\(id)/items?state=failed&limit=100")
    for item in failed["items"]?.elements.map(\.self) ?? [] {
      let said = (item["stderr"]?.text ?? "").split(separator: "\n").suffix(5)
      let first = "failed: \(item["view"]?.text ?? "?"): \(item["reason"]?.text ?? "?")"
      Terminal.complain(([first] + said.map { "  \($0)" }).joined(separator: "\n"))
    }
    return false
  }
}
