import Glibc

/// Another program, run with its own standard output or error in a file.
struct ChildProcess {
  let pid: pid_t

  /// Starts `arguments` (looked up in PATH) with standard output and error written to `log`.
  init(_ arguments: [String], log: String) throws {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var argv = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { for index in unsafe argv.indices { unsafe free(argv[index]) } }
    var pid: pid_t = 0
    let result = unsafe posix_spawnp(&pid, arguments[0], &actions, nil, &argv, environ)
    guard result == 0 else { throw BenchError("cannot start \(arguments[0]): errno \(result)") }
    self.pid = pid
  }

  /// Waits for its end; 0 where all went well.
  func wait() -> Int32 {
    var status: Int32 = 0
    while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return status
  }

  var isRunning: Bool { waitpid(pid, nil, WNOHANG) == 0 }
}

/// The path of a program that lies beside this one.
func siblingProgram(_ name: String) throws -> String {
  guard let own = unsafe realpath("/proc/self/exe", nil) else {
    throw BenchError("cannot tell where this program lies; give --\(name)")
  }
  defer { unsafe free(own) }
  let path = unsafe String(cString: own)
  return path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex) + "/" + name
}

/// A folder of this run's own, removed at its end.
struct TemporaryFolder {
  let path: String

  /// Beneath `parent`, which should lie on the disk that the store would use.
  init(beneath parent: String) throws {
    var template = Array("\(parent)/stemma-bench-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else {
      throw BenchError("cannot make a folder in \(parent): errno \(errno)")
    }
    path = String(
      decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // Where we are root, PostgreSQL runs as another user and must be able to enter.
    unsafe chmod(path, 0o755)
  }

  func remove() {
    if let child = try? ChildProcess(["rm", "-rf", path], log: "/dev/null") { _ = child.wait() }
  }
}

/// The bytes of a file; nil where it cannot be read.
func contents(of path: String) -> String? {
  guard let file = unsafe fopen(path, "r") else { return nil }
  defer { unsafe fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 4096)
  while true {
    let count = unsafe fread(&buffer, 1, buffer.count, file)
    if count == 0 { return String(decoding: bytes, as: UTF8.self) }
    bytes += buffer[..<count]
  }
}
