import ArgumentParser
import Canonical

struct LineageBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lineage",
    abstract: "Walks through a large graph: both engines, their rivals, a plain walk.",
    discussion: """
      Commits a made-up graph to a real server, then asks for everything that a record rests on, in turns: over REST \
      from both engines, from the engines inside this process, from PostgreSQL as others write it, and from plain arrays. \
      Every count is held against the plain walk's. --growth asks the same question while the store grows tenfold and \
      tenfold again. --check holds whole answers of both engines against the plain walk's, and ends with status 1 where \
      one differs.
      """)

  @Option(help: "Records.")
  var records = 1_000_000

  @Option(help: "Rounds, all that is measured in turn.")
  var rounds = 5

  @Option(help: "Sizes of the closures that are asked for.")
  var closure: [Int] = [1000, 50_000]

  @Option(help: "Closures of each size.")
  var roots = 5

  @Flag(help: "Ask at a hundredth, a tenth, and all of the records.")
  var growth = false

  @Flag(help: "Check whole answers too.")
  var check = false

  @Option(help: "Questions that --check asks each engine.")
  var queries = 1000

  @Flag(inversion: .prefixedNo, help: "Measure closures.")
  var closures = true

  @Option(help: "Seconds that PostgreSQL may spend on one of the rivals' queries.")
  var patience = 30

  @Option(help: "Seed of the graph and of what is asked.")
  var seed: UInt64 = 1

  @Option(help: "Folder on the disk to measure; the store lies beneath it while this runs.")
  var folder = "/var/tmp"

  @Option(help: "The server's program; by default the `stemma` beside this one.")
  var stemma: String?

  func validate() throws {
    guard records > PipelineGenerator.foundationCount, records <= Int(UInt32.max) else {
      throw ValidationError("at least \(PipelineGenerator.foundationCount + 1) records")
    }
    guard rounds > 0, roots > 0, queries > 0, patience > 0, closure.allSatisfy({ $0 > 0 }) else {
      throw ValidationError("at least one round, root, query, second")
    }
  }

  func run() async throws {
    let folder = try TemporaryFolder(beneath: folder)
    defer { folder.remove() }
    let site = try LineageSite(binary: try stemma ?? siblingProgram("stemma"), in: folder.path)
    defer { site.stop() }
    var store = PipelineStore(seed: seed, on: site)
    if growth {
      var growth = GrowthRun(rounds: rounds, roots: roots, seed: seed)
      for part in [100, 10, 1] where records / part > PipelineGenerator.foundationCount {
        try store.grow(to: records / part)
        try await growth.measure(store)
      }
      growth.reportRatios()
    } else {
      try store.grow(to: records)
    }
    if closures {
      var run = try await ClosureRun(store, rounds: rounds, patience: patience)
      for size in closure { try await run.measure(near: size, count: roots, seed: seed) }
    }
    if check {
      try AnswerCheck(store, queries: queries, seed: seed).run()
    }
  }
}
