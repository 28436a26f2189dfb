import ArgumentParser
import Canonical
import Glibc

struct AuditBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "A full audit of a large store against fetching the same bytes.",
    discussion: """
      Fills a real server with the `training` workload, and has `stemma audit --full` check it over HTTP. The floor is \
      the same openings fetched over one connection and not looked at. `ratio` is the audit's records a second over \
      the floor's, taken in turns.
      """)

  @Option(help: "Records, at the least.")
  var records = 1_000_000

  @Option(help: "Rounds, audit and floor in turn.")
  var rounds = 1

  @Option(help: "Seed of everything that is sent.")
  var seed: UInt64 = 1

  @Option(help: "Folder on the disk to measure; the store lies beneath it while this runs.")
  var folder = "/var/tmp"

  @Option(help: "The server's and the auditor's program; by default the `stemma` beside this one.")
  var stemma: String?

  func validate() throws {
    guard records > 0, rounds > 0 else {
      throw ValidationError("at least one record and one round")
    }
  }

  func run() throws {
    let folder = try TemporaryFolder(beneath: folder)
    defer { folder.remove() }
    let binary = try stemma ?? siblingProgram("stemma")
    let store = try StoreProcess(binary: binary, in: folder.path)
    defer { store.stop() }
    try fill(store)
    var ratios: [Double] = []
    for round in 1...rounds {
      let audit = try audit(store, with: binary, in: folder.path)
      let floor = try fetchOpenings(of: store)
      report([
        "bench": "audit", "what": "audit", "round": .count(round),
        "records": .count(floor.records),
        "recordsPerSecond": .figure(Double(floor.records) / audit.wall),
        "auditorMostKiB": .count(audit.mostKiB),
      ])
      report([
        "bench": "audit", "what": "floor", "round": .count(round),
        "recordsPerSecond": .figure(Double(floor.records) / floor.wall),
      ])
      ratios.append(floor.wall / audit.wall)
    }
    report(["bench": "audit", "what": "ratio", "recordsPerSecondOverFloor": Spread(ratios).json])
  }

  private func fill(_ store: StoreProcess) throws {
    var workload = TrainingWorkload(seed: seed)
    let load = HTTPLoad(port: store.port, key: store.key, namespace: "bench")
    _ = try load.run(workload.foundations().map(load.commitRequest), clients: 1)
    var left = (records + TrainingWorkload.recordsPerUnit - 1) / TrainingWorkload.recordsPerUnit
    while left > 0 {
      // In parts: the requests are all in memory before they are sent.
      let requests = (0..<min(left, 4096)).map { _ in load.commitRequest(workload.next()) }
      _ = try load.run(requests, clients: 64)
      left -= requests.count
    }
  }

  private func audit(
    _ store: StoreProcess, with binary: String, in folder: String
  ) throws -> (wall: Double, mostKiB: Int) {
    unsafe setenv("STEMMA_KEY_FILE", folder + "/admin.key", 1)
    let start = seconds(CLOCK_MONOTONIC)
    let child = try ChildProcess(
      [
        binary, "audit", "--server", "http://127.0.0.1:\(store.port)", "--vkey",
        folder + "/log.vkey", "--state", folder + "/audit", "--full",
      ], log: folder + "/audit.log")
    var most = 0
    var status: Int32 = 0
    while unsafe waitpid(child.pid, &status, WNOHANG) == 0 {
      most = max(most, ProcessUsage.memory(of: child.pid, "VmHWM"))
      usleep(20_000)
    }
    guard status == 0 else {
      throw BenchError("the audit found something: \(contents(of: folder + "/audit.log") ?? "")")
    }
    return (seconds(CLOCK_MONOTONIC) - start, most)
  }

  private func fetchOpenings(of store: StoreProcess) throws -> (wall: Double, records: Int) {
    var connection = try LoadConnection(port: store.port)
    let start = seconds(CLOCK_MONOTONIC)
    var next = 0
    while true {
      try connection.send(
        Array(
          """
          GET /log/openings?from=\(next)&limit=1000 HTTP/1.1\r
          Host: 127.0.0.1:\(store.port)\r
          Authorization: Bearer \(store.key)\r
          \r

          """.utf8))
      var answer = try connection.receive()
      while answer == nil { answer = try connection.receive() }
      guard let answer, answer.status == 200 else { throw BenchError("no openings at \(next)") }
      let lines = answer.body.count { $0 == UInt8(ascii: "\n") }
      if lines == 0 { return (seconds(CLOCK_MONOTONIC) - start, next) }
      next += lines
    }
  }
}
