import Glibc

/// Runs other programs: no shell, arguments as they are, output to a file.
enum Command {
  /// Starts `arguments` (looked up in PATH) with standard output and error appended to `log`.
  static func start(_ arguments: [String], log: String) throws(EmbeddedError) -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
    // A group of its own: a Ctrl-C at our terminal is ours to handle, in order.
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var noSignals = sigset_t()
    unsafe sigemptyset(&noSignals)
    unsafe posix_spawnattr_setsigmask(&attributes, &noSignals)
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    unsafe posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
    var argv = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { for index in unsafe argv.indices { unsafe free(argv[index]) } }
    var pid: pid_t = 0
    let result = unsafe posix_spawnp(&pid, arguments[0], &actions, &attributes, &argv, environ)
    guard result == 0 else {
      throw unsafe EmbeddedError(
        "cannot start \(arguments[0]): \(String(cString: strerror(result)))")
    }
    return pid
  }

  /// Runs to the end; returns the exit status, 128 + n for signal n.
  static func run(_ arguments: [String], log: String) throws(EmbeddedError) -> Int32 {
    let pid = try start(arguments, log: log)
    return exitStatus(of: pid)
  }

  /// Waits for a child's end and takes it from the process table.
  static func exitStatus(of pid: pid_t) -> Int32 {
    var status: Int32 = 0
    while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
  }

  /// Waits for a child's end and leaves it in the process table, so that others may wait too.
  static func awaitEnd(of pid: pid_t) {
    var information = unsafe siginfo_t()
    while unsafe waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
  }
}
