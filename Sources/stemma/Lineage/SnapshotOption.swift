import ArgumentParser

/// `--at`, which every reading command takes.
struct SnapshotOption: ParsableArguments {
  @Option(
    help: "An index, or a time YYYY-MM-DDThh:mm:ss.ffffffZ: what was committed later is left out.")
  var at: String?

  /// The index that is meant in a bundle, whose newest is given: times are the server's to look up.
  func index(within newest: Int64) throws -> Int64 {
    guard let at else { return newest }
    guard let index = Int64(at), index >= 0 else {
      throw CommandFailure.usage("--at takes an index with --bundle")
    }
    return min(index, newest)
  }
}
