import Postgres
import PostgresStore

/// The floor: what PostgreSQL alone needs for the rows that a run of commits wrote.
///
/// A second database of the same cluster, so that disk, settings and WAL are the same. Into it go the
/// very rows that the server stored, in the very batches, through one libpq connection: prepared,
/// binary, one pipeline a batch from BEGIN to COMMIT. No HTTP, no JSON, no look-ups, no signature.
struct Floor {
  private let store: StoreProcess
  private let deadline = Deadline.in(.seconds(3600))

  struct Result {
    let wall: Double
    let postgres: Double
    let generator: Double
    let batches: Int
    let rows: Int
  }

  /// Makes the second database.
  init(beside store: StoreProcess) throws {
    self.store = store
    var source = try connection(to: "postgres")
    try source.run("create database floor", deadline: deadline)
    var copy = try connection(to: "floor")
    _ = try Migrations.apply(to: &copy, deadline: deadline)
  }

  /// The time of the newest commit, in microseconds since 1970: a run lies between two of these.
  func newestCommit() throws -> Int64 {
    var source = try connection(to: "postgres")
    let rows = try source.execute(
      Statement("bench_newest", [], "select last_committed_at from head"), deadline: deadline)
    return try rows.unixMicroseconds(0, 0) ?? 0
  }

  /// Writes again what was committed in `times`. The clock runs only while it is written.
  func replay(_ times: ClosedRange<Int64>) throws -> Result {
    var source = try connection(to: "postgres")
    var copy = try connection(to: "floor")
    try copyNamespaces(from: &source, to: &copy)
    let byIndex = "join record r on r.index = t.index"
    let tables = [
      try TableCopy("record", time: "t.committed_at", in: times, from: &source, deadline),
      try TableCopy(
        "claim", join: byIndex, time: "r.committed_at", in: times, from: &source, deadline),
      try TableCopy(
        "event", join: byIndex, time: "r.committed_at", in: times, from: &source, deadline),
      try TableCopy("content", time: "t.created_at", in: times, from: &source, deadline),
      // A full tile is written with the last record beneath it.
      try TableCopy(
        "log_tile", join: "join record r on r.index = (t.number + 1 << 8 * (t.level + 1)) - 1",
        time: "r.committed_at", in: times, from: &source, deadline),
    ]
    let batches = try Self.transactions(tables)
    let before = CPUShares.now(store)
    let run = try timed {
      for steps in batches { try copy.pipelineCommitting(steps, deadline: deadline) }
    }
    let used = CPUShares.now(store) - before
    return Result(
      wall: run.wall, postgres: used.postgres, generator: run.cpu, batches: batches.count,
      rows: tables.reduce(0) { $0 + $1.rowCount })
  }

  private func connection(to database: String) throws -> PostgresConnection {
    try PostgresConnection(to: store.conninfo(database: database), deadline: deadline)
  }

  private func copyNamespaces(
    from source: inout PostgresConnection, to copy: inout PostgresConnection
  ) throws {
    let rows = try source.execute(
      Statement("bench_namespaces", [], "select id, name from namespace"), deadline: deadline)
    var parameters = Parameters()
    parameters.append(try (0..<rows.count).map { try rows.int32($0, 0) })
    parameters.append(try (0..<rows.count).map { try rows.text($0, 1) })
    _ = try copy.execute(
      Statement(
        "bench_add_namespaces", [.int4Array, .textArray],
        "insert into namespace (id, name) select * from unnest($1, $2) on conflict do nothing"),
      parameters, deadline: deadline)
  }

  /// The batches in their order, with all the bytes that go over the wire.
  private static func transactions(_ tables: [TableCopy]) throws -> [[PostgresConnection.Step]] {
    var transactions: [Int64: [PostgresConnection.Step]] = [:]
    for table in tables {
      for batch in table.batches {
        transactions[batch.committedAt, default: []].append(try table.step(batch))
      }
    }
    return transactions.sorted { $0.key < $1.key }.map { time, inserts in
      var head = Parameters()
      head.append(unixMicroseconds: time)
      return [(begin, Parameters()), (moveHead, head)] + inserts
    }
  }

  private static let begin = Statement("bench_begin", [], "begin")

  private static let moveHead = Statement(
    "bench_move_head", [.timestamptz],
    "update head set next_index = next_index + 1, last_committed_at = $1")
}
