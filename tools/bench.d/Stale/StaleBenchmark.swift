import ArgumentParser
import Canonical
import Glibc
import Postgres
import StemmaCrypto

struct StaleBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stale",
    abstract:
      "An input with many dependents is retracted: what is stale, and a plan to rebuild it.",
    discussion: """
      Views over one dataset, half of them over outputs of others, each with an output. `first` is a page of 100 with the \
      whole count, `all` every view with its reasons in one answer, `dry` a plan, `plan` one that is stored. The floor is \
      PostgreSQL's own recursive query for the same closure over the same edges, which says neither what is a view nor why \
      it is stale.
      """)

  @Option(help: "Views that rest on the input.")
  var dependents = 100_000

  @Option(help: "Rounds, each question in turn.")
  var rounds = 5

  @Option(help: "Folder on the disk to measure; the store lies beneath it while this runs.")
  var folder = "/var/tmp"

  @Option(help: "The server's program; by default the `stemma` beside this one.")
  var stemma: String?

  func validate() throws {
    guard dependents > 0, rounds > 0 else {
      throw ValidationError("at least one dependent and one round")
    }
  }

  func run() throws {
    let folder = try TemporaryFolder(beneath: folder)
    defer { folder.remove() }
    let store = try StoreProcess(binary: try stemma ?? siblingProgram("stemma"), in: folder.path)
    defer { store.stop() }
    let records = DependentRecords()
    try fill(store, records)
    var client = try QueryConnection(port: store.port, key: store.key)
    var floor = try PostgresConnection(
      to: store.conninfo(database: "postgres"), deadline: .in(.seconds(30)))
    try waitForEdges(&floor)
    var walls: [String: [Double]] = [:]
    for _ in 0..<rounds {
      for (what, ask) in questions {
        let took = try timed { try ask(&client, self) }.wall
        walls[what, default: []].append(took)
      }
      let subject = records.subjectIndex
      walls["floor", default: []].append(
        try timed { try closure(below: subject, &floor) }.wall)
    }
    for what in walls.keys.sorted() {
      report([
        "bench": "stale", "what": .string(what), "dependents": .count(dependents),
        "seconds": Spread(walls[what] ?? []).json, "load": .string(machineLoad()),
      ])
    }
    let ratios = zip(walls["first"] ?? [], walls["floor"] ?? []).map { $0 / $1 }
    report(["bench": "stale", "what": "ratio", "firstOverFloor": Spread(ratios).json])
  }

  private typealias Question = (inout QueryConnection, StaleBenchmark) throws -> Void

  private var questions: [(String, Question)] {
    [
      ("first", { try $1.count($0.get("/v1/bench/stale?limit=100"), "total") }),
      ("all", { try $1.count($0.get("/v1/bench/stale?limit=100000"), "total") }),
      (
        "dry",
        {
          try $1.plan($0.post("/v1/bench/rebuilds", Array(#"{"what":"stale","dryRun":true}"#.utf8)))
        }
      ),
      ("plan", { try $1.plan($0.post("/v1/bench/rebuilds", Array(#"{"what":"stale"}"#.utf8))) }),
    ]
  }

  /// A wrong answer is worth no measurement.
  private func count(_ answer: QueryConnection.Answer, _ member: StaticString) throws {
    let total = try JSONDocument(parsing: answer.body).root[member]?.integer
    guard answer.status == 200, total == Int64(dependents) else {
      throw BenchError("\(dependents) views are stale, not \(total ?? -1): \(answer.text)")
    }
  }

  private func plan(_ answer: QueryConnection.Answer) throws {
    guard (200...201).contains(answer.status), answer.body.count > dependents * 100 else {
      throw BenchError("a plan of \(dependents) items: \(answer.status) \(answer.text)")
    }
  }

  private func fill(_ store: StoreProcess, _ records: DependentRecords) throws {
    let load = HTTPLoad(port: store.port, key: store.key, namespace: "bench")
    _ = try load.run([load.commitRequest(records.foundations)], clients: 1)
    for start in stride(from: 0, to: dependents, by: DependentRecords.viewsEach) {
      let end = min(start + DependentRecords.viewsEach, dependents)
      _ = try load.run([load.commitRequest(records.views(start..<end))], clients: 1)
    }
    _ = try load.run([load.commitRequest(records.retraction)], clients: 1)
  }

  private func waitForEdges(_ connection: inout PostgresConnection) throws {
    let wanted = Int64(DependentRecords.foundationRecords + 2 * dependents)
    let deadline = Deadline.in(.seconds(120))
    while true {
      let size = try connection.execute(
        Statement("bench_filled", [], "select size from edge_fill"), Parameters(),
        deadline: deadline
      ).int64(0, 0)
      if size >= wanted { return }
      usleep(100_000)
    }
  }

  private func closure(below index: Int64, _ connection: inout PostgresConnection) throws {
    var parameters = Parameters()
    parameters.append(index)
    let count = try connection.execute(
      Statement(
        "bench_below", [.int8],
        """
        with recursive down (id) as (
          select $1
          union
          select edge.child from down join edge on edge.parent = down.id where edge.member <= 8
        )
        select count(*) from down
        """), parameters, deadline: .in(.seconds(120))
    ).int64(0, 0)
    guard count == Int64(1 + 2 * dependents) else {
      throw BenchError("the floor counts \(count) records")
    }
  }
}
