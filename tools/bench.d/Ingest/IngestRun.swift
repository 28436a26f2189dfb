import Canonical

/// The rounds of one workload on one store: server, floor, server, floor.
struct IngestRun<Load: Workload> {
  private let name: String
  private var workload: Load
  private let store: StoreProcess
  private let load: HTTPLoad
  private let floor: Floor

  init(_ name: String, _ workload: Load, on store: StoreProcess) throws {
    self.name = name
    self.workload = workload
    self.store = store
    load = HTTPLoad(port: store.port, key: store.key, namespace: "bench")
    floor = try Floor(beside: store)
  }

  /// Commits what the workload rests on, and lets both sides warm up; not measured.
  mutating func prepare() throws {
    let before = try floor.newestCommit() + 1
    _ = try load.run(workload.foundations().map(load.commitRequest), clients: 1)
    let first = (0..<64).map { _ in load.commitRequest(workload.next()) }
    _ = try load.run(first, clients: 8)
    _ = try floor.replay(before...(try floor.newestCommit()))
  }

  mutating func measure(clients: Int, commits: Int, rounds: Int) throws {
    var ratios: [Double] = []
    var cpuRatios: [Double] = []
    for round in 1...rounds {
      let requests = (0..<commits).map { _ in load.commitRequest(workload.next()) }
      let before = try floor.newestCommit() + 1
      let server = try serve(requests, clients: clients)
      let base = try floor.replay(before...(try floor.newestCommit()))
      report(server, base, clients: clients, round: round)
      report(base, commits: commits, clients: clients, round: round)
      ratios.append(base.wall / server.result.wall)
      cpuRatios.append(
        (base.postgres + base.generator) / (server.used.server + server.used.postgres))
    }
    stemma_bench.report([
      "bench": "ingest", "workload": .string(name), "clients": .count(clients), "what": "ratio",
      "rowsPerSecondOverFloor": Spread(ratios).json,
      "floorCPUOverServersCPU": Spread(cpuRatios).json,
    ])
  }

  private struct Served {
    let result: HTTPLoad.Result
    let used: CPUShares
    let batches: Int
    let records: Int
  }

  private func serve(_ requests: [[UInt8]], clients: Int) throws -> Served {
    let counters = try load.metrics()
    let before = CPUShares.now(store)
    let result = try load.run(requests, clients: clients)
    let used = CPUShares.now(store) - before
    let after = try load.metrics()
    func growth(_ counter: String) -> Int {
      Self.value(of: counter, in: after) - Self.value(of: counter, in: counters)
    }
    return Served(
      result: result, used: used, batches: growth("stemma_commit_batches_total"),
      records: growth("stemma_commit_records_total"))
  }

  private func report(_ served: Served, _ base: Floor.Result, clients: Int, round: Int) {
    let (result, used) = (served.result, served.used)
    let units = Double(result.latencies.count)
    let latencies = Spread(result.latencies)
    func perUnit(_ seconds: Double) -> JSONValue { .figure(seconds / units * 1e6) }
    stemma_bench.report([
      "bench": "ingest", "workload": .string(name), "clients": .count(clients),
      "round": .count(round), "what": "server", "unit": .string(Load.unit),
      "unitsPerSecond": .figure(units / result.wall),
      "recordsPerSecond": .figure(Double(served.records) / result.wall),
      "rowsPerSecond": .figure(Double(base.rows) / result.wall),
      "cpuMicrosecondsPerUnit": .object([
        ("server", perUnit(used.server)), ("postgres", perUnit(used.postgres)),
        ("generator", perUnit(used.generator)),
      ]),
      "p50Milliseconds": .figure(latencies.quantile(0.5) * 1e3),
      "p99Milliseconds": .figure(latencies.quantile(0.99) * 1e3),
      "batches": .count(served.batches),
      "recordsPerBatch": .figure(Double(served.records) / Double(max(1, served.batches))),
      "answers503": .count(result.refused),
    ])
  }

  private func report(_ base: Floor.Result, commits: Int, clients: Int, round: Int) {
    func perUnit(_ seconds: Double) -> JSONValue { .figure(seconds / Double(commits) * 1e6) }
    stemma_bench.report([
      "bench": "ingest", "workload": .string(name), "clients": .count(clients),
      "round": .count(round), "what": "floor",
      "rowsPerSecond": .figure(Double(base.rows) / base.wall),
      "cpuMicrosecondsPerUnit": .object([
        ("postgres", perUnit(base.postgres)), ("generator", perUnit(base.generator)),
      ]), "batches": .count(base.batches), "rows": .count(base.rows),
    ])
  }

  /// A counter's value on the metrics page.
  private static func value(of counter: String, in metrics: String) -> Int {
    let line = metrics.split(separator: "\n").first { $0.hasPrefix(counter + " ") }
    return line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
  }
}
