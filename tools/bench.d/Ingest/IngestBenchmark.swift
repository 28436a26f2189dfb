import ArgumentParser
import Canonical
import Glibc

struct IngestBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ingest",
    abstract: "Commits over HTTP against the same rows through libpq.",
    discussion: """
      Starts a real server with its private PostgreSQL and sends it two workloads: `training`, a commit of \
      seven records an execution, and `high-rate`, a commit of four records and three texts a decision. After each \
      round the floor writes the rows of that round, in the batches that the server made of them, straight into the \
      same tables of a second database of the same PostgreSQL: one connection, prepared, binary, pipelined. \
      `ratio` is the server's rows a second over the floor's.
      """)

  @Option(help: "Clients, each with one connection and one request under way.")
  var clients: [Int] = [1, 8, 64]

  @Option(help: "Commits a round with 64 clients; fewer clients send fewer.")
  var commits = 3000

  @Option(help: "Rounds, server and floor in turn.")
  var rounds = 3

  @Option(help: "`training`, `high-rate`, or both.")
  var workload: [String] = ["training", "high-rate"]

  @Option(help: "Seed of everything that is sent.")
  var seed: UInt64 = 1

  @Option(help: "Folder on the disk to measure; the store lies beneath it while this runs.")
  var folder = "/var/tmp"

  @Option(help: "The server's program; by default the `stemma` beside this one.")
  var stemma: String?

  func validate() throws {
    guard clients.allSatisfy({ (1...512).contains($0) }), commits > 0, rounds > 0 else {
      throw ValidationError("1 to 512 clients, at least one commit and one round")
    }
    guard workload.allSatisfy({ $0 == "training" || $0 == "high-rate" }) else {
      throw ValidationError("--workload is training or high-rate")
    }
  }

  func run() throws {
    for name in workload {
      if name == "training" {
        try measure(name, TrainingWorkload(seed: seed))
      } else {
        try measure(name, DecisionWorkload(seed: seed))
      }
    }
  }

  /// One workload, on a store of its own.
  private func measure(_ name: String, _ workload: some Workload) throws {
    let folder = try TemporaryFolder(beneath: folder)
    defer { folder.remove() }
    let store = try StoreProcess(binary: try stemma ?? siblingProgram("stemma"), in: folder.path)
    defer { store.stop() }
    var run = try IngestRun(name, workload, on: store)
    reportMemory(name, store, "idle")
    try run.prepare()
    for count in clients {
      // With few clients a commit waits alone for its flush: a round would take minutes.
      let share = count >= 64 ? 1.0 : max(0.1, Double(count) / 32)
      try run.measure(
        clients: count, commits: Int(Double(commits) * min(1, share)), rounds: rounds)
    }
    reportMemory(name, store, "after load")
  }

  private func reportMemory(_ name: String, _ store: StoreProcess, _ when: String) {
    report([
      "bench": "ingest", "workload": .string(name), "what": "memory", "when": .string(when),
      "residentKiB": .count(ProcessUsage.memory(of: store.server, "VmRSS")),
      "mostKiB": .count(ProcessUsage.memory(of: store.server, "VmHWM")),
    ])
  }
}
