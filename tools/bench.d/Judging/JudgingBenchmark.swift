import ArgumentParser

struct JudgingBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "judging",
    abstract:
      "Judging outputs: how often verdicts are wrong, and how fast a large tensor is judged.",
    discussion: """
      Simulates studies of two executions that come from one model, that differ by exactly a margin of the contract \
      and by twice that, and counts: false_divergence (limit: 1 %), false_equivalence at the margin (5 %), power \
      at twice the margin (floor: 0.9). plan is one look, ten at growing outputs, ten at fresh ones, or as many as the \
      judgement says it needs (at most ten). atLeast and atMost are 95 % bounds of a rate (Clopper and Pearson). \
      isKept is false where the limit is shown to be broken.

      --samples FILE writes the data of a few studies of each scenario with their judgements, for \
      tools/bench.d/Judging/scipy_reference.py, which tools/bench runs on it.

      --tensor: two .npy files of fp32, which differ in every row, in the page cache. Megabytes (10^6) of both files a \
      second of wall clock; ratios are taken round by round against reading both files and looking at nothing \
      (floor: a third). peakMegabytes is the most that this process ever held (floor: below 268).
      """)

  @Option(help: "Studies a rate.")
  var repetitions = 10_000

  @Option(
    help:
      "Processor seconds that the studies of one rate may take; there are fewer where they take longer."
  )
  var seconds = 100.0

  @Option(help: "Only scenarios whose name starts so, such as labels or tensor.row_share.")
  var only = ""

  @Option(help: "Seed of all simulations.")
  var seed: UInt64 = 1

  @Option(help: "A file for data and judgements of a few studies.")
  var samples: String?

  @Flag(help: "Measure a large tensor instead.")
  var tensor = false

  @Option(help: "Size of each file, in MiB.")
  var size = 1024

  @Option(help: "Elements of a row.")
  var width = 1024

  @Option(help: "Rounds; in each, every measurement once.")
  var rounds = 5

  @Option(help: "Folder beneath which the files lie while this runs.")
  var folder = "/var/tmp"

  func validate() throws {
    guard repetitions > 0, seconds > 0 else {
      throw ValidationError("at least one repetition, and some time")
    }
    guard Scenario.all.contains(where: { $0.name.hasPrefix(only) }) else {
      let names = Scenario.all.map(\.name).joined(separator: ", ")
      throw ValidationError("no scenario starts so; there are \(names)")
    }
    guard size >= 1, rounds > 0, (1...1 << 18).contains(width), 1 << 18 % width == 0 else {
      throw ValidationError("at least 1 MiB, one round, and a width that is a power of two")
    }
  }

  func run() async throws {
    if tensor {
      let folder = try TemporaryFolder(beneath: folder)
      defer { folder.remove() }
      return try TensorMeasurement(folder: folder.path, mebibytes: size, width: width)
        .run(rounds: rounds)
    }
    let scenarios = Scenario.all.filter { $0.name.hasPrefix(only) }
    if let samples { try StudySamples(scenarios: scenarios, seed: seed).write(to: samples) }
    for scenario in scenarios {
      try await RateMeasurement(
        scenario: scenario, seed: seed, repetitions: repetitions, seconds: seconds
      ).run()
    }
  }
}
