internal import CProcess
internal import Glibc

/// A child process, started with nothing that was not meant for it.
struct ChildProcess {
  let pid: pid_t

  enum Group { case own, ownSession }

  /// Starts `program` with all signals at their defaults and no descriptor but those given.
  ///
  /// - Parameters:
  ///   - descriptors: what becomes 0, 1, 2, … in the child; all above the last number that they become.
  ///   - folder: where it begins; nil: here.
  /// - Returns: nil and `errno` as the reason where it cannot be started.
  static func start(
    _ program: String, _ arguments: [String], environment: [String], descriptors: [Int32],
    folder: String? = nil, in group: Group
  ) -> ChildProcess? {
    precondition(
      descriptors.enumerated().allSatisfy {
        $0.element == $0.offset || $0.element >= descriptors.count
      },
      "a descriptor would be overwritten before it is copied")
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for (number, descriptor) in descriptors.enumerated() {
      unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
    }
    unsafe posix_spawn_file_actions_addclosefrom_np(&actions, Int32(descriptors.count))
    if let folder { unsafe posix_spawn_file_actions_addchdir_np(&actions, folder) }
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var (none, all) = (sigset_t(), sigset_t())
    unsafe sigemptyset(&none)
    unsafe sigfillset(&all)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setsigdefault(&attributes, &all)
    var flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    switch group {
    case .own:
      unsafe posix_spawnattr_setpgroup(&attributes, 0)
      flags |= POSIX_SPAWN_SETPGROUP
    case .ownSession: flags |= Int32(stemma_spawn_setsid)
    }
    unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
    var argv = unsafe arguments.map { unsafe strdup($0) } + [nil]
    var environ = unsafe environment.map { unsafe strdup($0) } + [nil]
    defer {
      for index in unsafe argv.indices { unsafe free(argv[index]) }
      for index in unsafe environ.indices { unsafe free(environ[index]) }
    }
    var pid: pid_t = 0
    let result = unsafe posix_spawn(&pid, program, &actions, &attributes, &argv, &environ)
    guard result == 0 else {
      errno = result
      return nil
    }
    return ChildProcess(pid: pid)
  }

  /// Waits for its end and leaves it in the process table: its number stays its own.
  func awaitEnd() {
    var information = unsafe siginfo_t()
    while unsafe waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
  }

  /// Waits for its end and takes it from the process table.
  func end() -> ExecutorEnd {
    var status: Int32 = 0
    while unsafe waitpid(pid, &status, 0) < 0 {
      guard errno == EINTR else { return .unknown("its end was not seen: \(systemReason(errno))") }
    }
    return ExecutorEnd(status: status)
  }
}

/// A pipe whose ends no program that this one starts inherits by accident.
struct Pipe {
  let reading: Int32
  let writing: Int32

  /// Both ends at 16 or above, so that neither stands where a child's own descriptors go. Nil and `errno` where there
  /// are no more.
  init?() {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe2(&ends, O_CLOEXEC) == 0 else { return nil }
    let (reading, writing) = (Self.lift(ends[0]), Self.lift(ends[1]))
    guard reading >= 0, writing >= 0 else {
      if reading >= 0 { close(reading) }
      if writing >= 0 { close(writing) }
      return nil
    }
    (self.reading, self.writing) = (reading, writing)
  }

  /// The same open file under a higher number; the old one is closed.
  static func lift(_ descriptor: Int32) -> Int32 {
    guard descriptor >= 0 else { return descriptor }
    let lifted = fcntl(descriptor, F_DUPFD_CLOEXEC, 16)
    let reason = errno
    close(descriptor)
    errno = reason
    return lifted
  }
}
