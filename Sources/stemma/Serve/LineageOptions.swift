import ArgumentParser

/// Which engine answers lineage queries, and what it may take.
struct LineageOptions: ParsableArguments {
  enum Engine: String, ExpressibleByArgument {
    case index
    case sql
  }

  @Option(
    help: """
      What walks lineage: index, the references of all records in this server's memory, with the database \
      where it cannot answer; or sql, the database alone.
      """)
  var lineage = Engine.index

  @Option(
    help: """
      What the index may take, like 2GiB; about 100 bytes a record. A store that needs more is walked in the \
      database. Default a quarter of this machine's memory.
      """)
  var lineageMemory: ByteCount?

  func validate() throws {
    guard lineageMemory == nil || lineage == .index else {
      throw ValidationError("--lineage-memory is for --lineage index")
    }
  }

  /// Bytes for the index; nil where there is to be none.
  var indexBytes: Int? {
    lineage == .index ? lineageMemory?.bytes ?? MachineMemory.bytes / 4 : nil
  }
}

/// `1048576`, `512MiB` or `2GiB`.
struct ByteCount: ExpressibleByArgument {
  let bytes: Int

  init?(argument: String) {
    let units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)]
    let unit = units.first { argument.hasSuffix($0.0) } ?? ("", 0)
    guard let count = Int(argument.dropLast(unit.0.count)), count > 0,
      case let (bytes, overflow) = count.multipliedReportingOverflow(by: 1 << unit.1), !overflow
    else { return nil }
    self.bytes = bytes
  }
}
