import ArgumentParser

struct JudgingBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "judging",
    abstract: "Judging outputs: a large tensor against the speed at which it can be read.",
    discussion: """
      --tensor: two .npy files of fp32, which differ in every row, in the page cache. Megabytes (10^6) of both files a \
      second of wall clock; ratios are taken round by round against reading both files and looking at nothing \
      (floor: a third). peakMegabytes is the most that this process ever held (floor: below 268).
      """)

  @Flag(help: "Measure a large tensor.")
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
    guard tensor else { throw ValidationError("say what to measure: --tensor") }
    guard size >= 1, rounds > 0, (1...1 << 18).contains(width), 1 << 18 % width == 0 else {
      throw ValidationError("at least 1 MiB, one round, and a width that is a power of two")
    }
  }

  func run() throws {
    let folder = try TemporaryFolder(beneath: folder)
    defer { folder.remove() }
    try TensorMeasurement(folder: folder.path, mebibytes: size, width: width).run(rounds: rounds)
  }
}
