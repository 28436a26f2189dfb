import Glibc
import Postgres

/// One store with both engines: a server that walks its index in memory and one that walks in SQL, on one PostgreSQL,
/// with the signer in a process of its own, so that questions to the two can be asked in turns.
struct LineageSite {
  static let namespace = "bench"

  let index: StoreProcess
  let sql: StoreProcess
  private let signer: ChildProcess

  /// Starts three processes in `folder`.
  init(binary: String, in folder: String) throws {
    let socket = folder + "/signer.socket"
    signer = try ChildProcess(
      [
        binary, "signer", "--state", folder + "/signer", "--socket", socket, "--create", "--origin",
        "example.org/bench",
      ], log: folder + "/signer.log")
    var waited = 0
    while unsafe access(socket, F_OK) != 0 {
      guard signer.isRunning, waited < 600 else {
        throw BenchError("the signer did not start: \(contents(of: folder + "/signer.log") ?? "")")
      }
      usleep(50_000)
      waited += 1
    }
    let place = ["--signer", "unix:" + socket]
    index = try StoreProcess(
      binary: binary, in: try Self.subfolder("index", of: folder),
      options: place + ["--lineage", "index"])
    sql = try StoreProcess(
      binary: binary, in: try Self.subfolder("sql", of: folder),
      options: place + [
        "--lineage", "sql", "--database", index.conninfo(database: "postgres"),
      ])
  }

  private static func subfolder(_ name: String, of folder: String) throws -> String {
    let path = "\(folder)/\(name)"
    // PostgreSQL runs as another user where we are root.
    guard unsafe mkdir(path, 0o755) == 0 else {
      throw BenchError("cannot make \(path): errno \(errno)")
    }
    return path
  }

  func stop() {
    sql.stop()
    index.stop()
    kill(signer.pid, SIGTERM)
    _ = signer.wait()
  }

  /// The store's own database, for what is asked of PostgreSQL itself.
  var conninfo: String { index.conninfo(database: "postgres") }

  func connect() throws -> PostgresConnection {
    try PostgresConnection(to: conninfo, deadline: .in(.seconds(30)))
  }
}
