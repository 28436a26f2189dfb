import Glibc

/// A real `stemma serve` with its private PostgreSQL, on a free port and in a folder of its own.
struct StoreProcess {
  let port: UInt16
  let key: String
  let server: pid_t
  let postmaster: pid_t
  private let child: ChildProcess
  private let folder: String

  /// For libpq: the server's own PostgreSQL.
  func conninfo(database: String) -> String {
    "host='\(folder)/run' port=5432 user=stemma dbname=\(database)"
  }

  /// Starts `binary` and waits until it listens.
  init(binary: String, in folder: String) throws {
    self.folder = folder
    child = try ChildProcess(
      [binary, "serve", "--data-dir", folder, "--listen", "127.0.0.1:0"],
      log: folder + "/server.log")
    var waited = 0
    while contents(of: folder + "/listen.url") == nil {
      guard child.isRunning, waited < 600 else {
        throw BenchError("the server did not start: \(contents(of: folder + "/server.log") ?? "")")
      }
      usleep(100_000)
      waited += 1
    }
    func first(_ file: String) -> Substring {
      contents(of: folder + file)?.split(separator: "\n").first ?? ""
    }
    guard let port = UInt16(first("/listen.url").split(separator: ":").last ?? ""),
      let postmaster = pid_t(first("/postgres/postmaster.pid"))
    else { throw BenchError("\(folder) does not say where the server listens") }
    self.port = port
    self.postmaster = postmaster
    key = String(first("/admin.key"))
    server = child.pid
  }

  func stop() {
    kill(child.pid, SIGTERM)
    _ = child.wait()
  }
}
