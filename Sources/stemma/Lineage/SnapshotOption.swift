import ArgumentParser

/// `--at`, which every reading command takes.
struct SnapshotOption: ParsableArguments {
  @Option(
    help: "An index, or a time YYYY-MM-DDThh:mm:ss.ffffffZ: what was committed later is left out.")
  var at: String?
}
