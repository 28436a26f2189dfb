import ArgumentParser

/// Measurements of the store against stated floors. One file a benchmark.
///
/// Each prints one JSON line a measurement, and ratios of figures that were taken in turns in this
/// same run: the machine may be loaded, a ratio is then still worth something. Nothing passes or
/// fails here.
@main
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure the store against its floors; one JSON line a measurement.",
    subcommands: [
      IngestBenchmark.self, AuditBenchmark.self, CanonicalBenchmark.self, HashBenchmark.self,
      JudgingBenchmark.self, LineageBenchmark.self, StagesBenchmark.self, StaleBenchmark.self,
    ])
}

/// Why a benchmark could not be run.
struct BenchError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
