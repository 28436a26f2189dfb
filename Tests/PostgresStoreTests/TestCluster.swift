import EmbeddedPostgres
import Glibc
import Postgres
import PostgresStore
import StemmaCrypto
import Testing

/// One private PostgreSQL for this test process, and a fresh migrated database for each test.
enum TestCluster {
  private static let shared = Result { () throws(EmbeddedError) in try TestCluster.start() }

  private static func start() throws(EmbeddedError) -> EmbeddedPostgres {
    let folder = "/tmp/stemma-tests-\(getpid())"
    let postgres = try EmbeddedPostgres(in: DataDirectory(folder))
    try postgres.start()
    // Whatever ends the tests ends it: nothing is left running.
    let watcher =
      "exec >/dev/null 2>&1 </dev/null; while kill -0 \(getpid()) 2>/dev/null; do sleep 0.2; done; kill -QUIT $(head -1 \(folder)/postgres/postmaster.pid); sleep 1; rm -rf \(folder)"
    let command = ["sh", "-c", watcher]
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe command.map { unsafe strdup($0) }
    unsafe arguments.append(nil)
    defer { for index in unsafe arguments.indices { unsafe free(arguments[index]) } }
    var pid: pid_t = 0
    unsafe posix_spawnp(&pid, "sh", nil, nil, &arguments, environ)
    return postgres
  }

  /// Conninfo of a new, migrated database.
  static func newDatabase() async throws -> String {
    let conninfo = try shared.get().conninfo
    let name = "t" + String(decoding: randomBytes(8).map { 97 + $0 % 26 }, as: UTF8.self)
    let admin = PostgresWorker(conninfo: conninfo, label: "admin")
    // Counted, not timed: beside busy tests a pause can be long.
    var attempts = 0
    while true {
      do {
        try await admin.run(deadline: .in(.seconds(20))) { (connection, _) throws(PostgresError) in
          try connection.run("create database \(name)", deadline: .in(.seconds(20)))
        }
        break
      } catch {
        attempts += 1
        guard attempts < 300 else { throw error }
        try await Task.sleep(for: .milliseconds(100))
      }
    }
    await admin.close()
    let database = conninfo.replacing("dbname=postgres", with: "dbname=\(name)")
    let worker = PostgresWorker(conninfo: database, label: "migrate")
    _ = try await worker.run(deadline: .in(.seconds(20))) {
      (connection, _) throws(PostgresError) in
      try Migrations.apply(to: &connection, deadline: .in(.seconds(20)))
    }
    await worker.close()
    return database
  }
}
