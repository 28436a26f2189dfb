internal import Glibc

extension Helper {
  /// Starts the program with nothing but its journal: libraries print where they like.
  ///
  /// The environment is this one's, which libraries read, in a process group of its own: a Ctrl-C is the job's.
  func start(_ arguments: [String], journal: Int32) -> Result<pid_t, Absence> {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    let target = HelperProgram.journalDescriptor
    // First: /dev/null may not take the number that the journal has now, nor keep its own close-on-exec.
    if journal == target {
      _ = fcntl(journal, F_SETFD, 0)
    } else {
      unsafe posix_spawn_file_actions_adddup2(&actions, journal, target)
      unsafe posix_spawn_file_actions_addclose(&actions, journal)
    }
    for descriptor: Int32 in 0...2 {
      unsafe posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var noSignals = sigset_t()
    unsafe sigemptyset(&noSignals)
    unsafe posix_spawnattr_setsigmask(&attributes, &noSignals)
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    unsafe posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
    let texts = machine.environment.map { "\($0.key)=\($0.value)" }
    var argv = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { for index in unsafe argv.indices { unsafe free(argv[index]) } }
    var environment = unsafe texts.map { unsafe strdup($0) } + [nil]
    defer { for index in unsafe environment.indices { unsafe free(environment[index]) } }
    var pid: pid_t = 0
    let result = unsafe posix_spawn(
      &pid, arguments[0], &actions, &attributes, &argv, &environment)
    return result == 0 ? .success(pid) : .failure(Absence(result))
  }
}
