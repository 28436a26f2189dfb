import Glibc
import Synchronization

/// A private PostgreSQL in a data directory: Unix socket only, started and stopped with us, started
/// again when it dies.
package final class EmbeddedPostgres: Sendable {
  private struct State {
    var pid: pid_t = 0
    var isStopping = false
  }

  private let directory: DataDirectory
  private let user: ServerUser
  private let binaries: String
  private let state = Mutex(State())

  /// For libpq. Peer authentication on a socket in a folder that only the server's user may enter.
  package var conninfo: String {
    "host='\(directory.socketPath)' port=5432 user=stemma dbname=postgres"
  }

  /// - Throws: no PostgreSQL binaries, or no user to run them as.
  package init(in directory: DataDirectory) throws(EmbeddedError) {
    self.directory = directory
    user = try ServerUser.current()
    binaries = try Self.findBinaries()
  }

  /// Makes the cluster where it is missing, ends what an earlier server left running, and starts.
  package func start() throws(EmbeddedError) {
    try prepareFolders()
    if !DataDirectory.exists(directory.postgresPath + "/PG_VERSION") { try initialise() }
    try stopLeftover()
    try launch()
  }

  /// Waits for the server's end; false where it was us who stopped it. Blocks; any number of
  /// threads may wait.
  package func waitForExit() -> Bool {
    let pid = state.withLock(\.pid)
    if pid > 0 { Command.awaitEnd(of: pid) }
    return !state.withLock(\.isStopping)
  }

  /// Starts again after a crash; what a killed postmaster left is ended first.
  /// - Returns: the exit status of the one that crashed.
  package func restart() throws(EmbeddedError) -> Int32 {
    let pid = state.withLock(\.pid)
    let status = Command.exitStatus(of: pid)
    try stopLeftover()
    try launch()
    return status
  }

  /// Fast shutdown: sessions are ended, what is committed is checkpointed. Returns when it is down.
  package func stop() {
    let pid = state.withLock { state in
      state.isStopping = true
      return state.pid
    }
    guard pid > 0 else { return }
    kill(pid, SIGINT)
    Command.awaitEnd(of: pid)
    _ = Command.exitStatus(of: pid)
  }

  private func launch() throws(EmbeddedError) {
    let pid = try Command.start(
      user.prefix + [
        binaries + "/postgres", "-D", directory.postgresPath, "-k", directory.socketPath,
        "-c", "listen_addresses=", "-c", "port=5432", "-c", "unix_socket_permissions=0700",
        "-c", "max_connections=100", "-c", "wal_compression=lz4", "-c", "max_wal_size=2GB",
        "-c", "log_min_messages=warning", "-c", "logging_collector=off",
      ], log: directory.logPath)
    state.withLock { $0.pid = pid }
  }

  private func prepareFolders() throws(EmbeddedError) {
    for folder in [directory.postgresPath, directory.socketPath] {
      if unsafe mkdir(folder, 0o700) != 0, errno != EEXIST {
        throw EmbeddedError("cannot make \(folder): \(DataDirectory.reason)")
      }
      guard unsafe chown(folder, user.uid, user.gid) == 0 else {
        throw EmbeddedError("cannot give \(folder) to \(user.name): \(DataDirectory.reason)")
      }
    }
    if !user.prefix.isEmpty { try checkReachable() }
  }

  /// As root we may enter folders that the server's user may not: say which, instead of PostgreSQL's
  /// "could not change directory".
  private func checkReachable() throws(EmbeddedError) {
    var folder = ""
    for part in directory.path.split(separator: "/") {
      folder += "/" + part
      var status = stat()
      guard unsafe stat(folder, &status) == 0, status.st_uid != user.uid else { continue }
      guard status.st_mode & 0o001 != 0 else {
        throw EmbeddedError(
          "the user \(user.name), as whom PostgreSQL runs, cannot enter \(folder); choose another --data-dir, or chmod o+x \(folder)"
        )
      }
    }
  }

  private func initialise() throws(EmbeddedError) {
    let status = try Command.run(
      user.prefix + [
        binaries + "/initdb", "-D", directory.postgresPath, "-U", "stemma", "-A", "peer",
        "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-instructions",
      ], log: directory.logPath)
    guard status == 0 else {
      throw EmbeddedError("initdb failed with \(status); \(directory.logPath) says why")
    }
    // Whoever runs the service, and the server's own user (pg_dump, psql), come in as `stemma`.
    let ours = unsafe getpwuid(geteuid()).map { unsafe String(cString: $0.pointee.pw_name) }
    var map = "stemma \(user.name) stemma\n"
    if let ours, ours != user.name { map += "stemma \(ours) stemma\n" }
    try directory.write(map, to: directory.postgresPath + "/pg_ident.conf", mode: 0o644)
    try directory.write(
      "local all stemma peer map=stemma\n", to: directory.postgresPath + "/pg_hba.conf",
      mode: 0o644)
  }

  /// A server that was killed may have left its PostgreSQL running: ended before ours starts.
  private func stopLeftover() throws(EmbeddedError) {
    guard DataDirectory.exists(directory.postgresPath + "/postmaster.pid") else { return }
    for mode in ["fast", "immediate"] {
      let status = try Command.run(
        user.prefix + [
          binaries + "/pg_ctl", "stop", "-D", directory.postgresPath, "-m", mode, "-w", "-t", "20",
        ], log: directory.logPath)
      // 0: stopped. Otherwise there was none (a stale file, which PostgreSQL itself clears), or it
      // did not stop in time.
      if status == 0 || !leftoverLives() { return }
    }
    throw EmbeddedError("an earlier PostgreSQL on \(directory.postgresPath) does not stop")
  }

  private func leftoverLives() -> Bool {
    (try? Command.run(
      user.prefix + [binaries + "/pg_ctl", "status", "-D", directory.postgresPath],
      log: "/dev/null")) == 0
  }

  /// `STEMMA_POSTGRES_BIN`, or the newest of Debian's `/usr/lib/postgresql/N/bin`, or PATH.
  private static func findBinaries() throws(EmbeddedError) -> String {
    if let given = unsafe getenv("STEMMA_POSTGRES_BIN") { return unsafe String(cString: given) }
    for version in stride(from: 30, through: 14, by: -1) {
      let folder = "/usr/lib/postgresql/\(version)/bin"
      if DataDirectory.exists(folder + "/postgres") { return folder }
    }
    let path = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? ""
    for folder in path.split(separator: ":") where DataDirectory.exists("\(folder)/initdb") {
      return String(folder)
    }
    throw EmbeddedError(
      "no PostgreSQL 14 or newer found; install Debian's postgresql, or set STEMMA_POSTGRES_BIN")
  }
}
