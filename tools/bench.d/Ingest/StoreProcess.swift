import Glibc

/// A real `stemma serve`, on a free port and in a folder of its own.
struct StoreProcess {
  let port: UInt16
  /// Of the store's first administrator; nothing where the store is another server's too, which has it then.
  let key: String
  let server: pid_t
  /// Of its private PostgreSQL; 0 where it uses another one.
  let postmaster: pid_t
  private let child: ChildProcess
  private let folder: String

  /// For libpq: the server's own PostgreSQL.
  func conninfo(database: String) -> String {
    "host='\(folder)/run' port=5432 user=stemma dbname=\(database)"
  }

  /// Starts `binary` and waits until it listens.
  init(binary: String, in folder: String, options: [String] = []) throws {
    self.folder = folder
    child = try ChildProcess(
      [binary, "serve", "--data-dir", folder, "--listen", "127.0.0.1:0"] + options,
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
    guard let port = UInt16(first("/listen.url").split(separator: ":").last ?? "") else {
      throw BenchError("\(folder) does not say where the server listens")
    }
    self.port = port
    postmaster = pid_t(first("/postgres/postmaster.pid")) ?? 0
    key = String(first("/admin.key"))
    server = child.pid
  }

  func stop() {
    kill(child.pid, SIGTERM)
    _ = child.wait()
  }
}
