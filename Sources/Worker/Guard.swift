internal import CProcess
internal import Glibc
internal import Synchronization

/// The process between a worker and an executor: nothing that the executor starts outlives it, nor the worker.
///
/// A process group is not enough, since whoever calls setsid(2) leaves it. The guard adopts orphans (PR_SET_CHILD_SUBREAPER),
/// so all that an executor leaves behind, however deep, become the guard's children, and it kills them. It runs as long
/// as one executor does; a worker starts it as a program of its own because adopting is for a whole process.
///
/// Descriptors: 0, 1 and 2 are the executor's; 3 is the life line, whose other end the worker holds: when that is closed, by
/// the worker or by its death, SIGTERM and after a grace SIGKILL; 4 takes the report, a line `exit N`, `signal N` or
/// `unknown WHY`, written after all is dead.
package enum Guard {
  private static let lifeLine: Int32 = 3
  private static let report: Int32 = 4
  /// How long processes are waited for that a SIGKILL does not end (they hang in the kernel).
  private static let patience = Duration.seconds(30)

  /// What a worker passes: how long the grace is, the size that a file may have, and the command.
  static func arguments(for executor: Executor) -> [String] {
    ["\(executor.graceSeconds)", "\(executor.outputLimitBytes)"] + executor.command
  }

  /// Runs the command to its end; 0 once that was reported.
  package static func run(_ arguments: [String]) -> Int32 {
    guard arguments.count > 2, let grace = Int(arguments[0]), let limit = UInt(arguments[1]),
      fcntl(lifeLine, F_GETFD) >= 0, fcntl(report, F_GETFD) >= 0
    else { return 2 }
    // The ends are the executor's to choose; the guard goes after all others.
    for number in [SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGXFSZ] { _ = signal(number, SIG_IGN) }
    for descriptor in [lifeLine, report] {
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }
    say(run(Array(arguments[2...]), grace: .seconds(grace), fileLimit: limit))
    return 0
  }

  private static func run(_ command: [String], grace: Duration, fileLimit: UInt) -> ExecutorEnd {
    guard stemma_adopt_orphans() == 0 else {
      return .unknown("cannot adopt orphans: \(systemReason(errno))")
    }
    var limit = rlimit(rlim_cur: fileLimit, rlim_max: fileLimit)
    guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else {
      return .unknown("cannot limit the size of files: \(systemReason(errno))")
    }
    let inherited = environment()
    guard
      let child = ChildProcess.start(
        command[0], command, environment: inherited, descriptors: [0, 1, 2], in: .own)
    else { return .unknown("cannot start \(command[0]): \(systemReason(errno))") }
    // What the executor says ends when the executor's own processes have.
    for descriptor: Int32 in 0...2 { close(descriptor) }
    let watch = LifeWatch(child)
    watch.start(lifeLine, grace: grace)
    child.awaitEnd()
    watch.stop()
    // Its number is still its own, and so is the group's: nobody else can be hit.
    kill(-child.pid, SIGKILL)
    let end = child.end()
    killAll()
    return end
  }

  /// Kills all children, and those that become children by it, until there are none.
  private static func killAll() {
    let end = ContinuousClock.now + patience
    while ContinuousClock.now < end {
      let reaped = waitpid(-1, nil, WNOHANG)
      if reaped > 0 { continue }
      if reaped < 0, errno == ECHILD { return }
      for pid in ProcessTable.children(of: getpid()) { kill(pid, SIGKILL) }
      usleep(2000)
    }
  }

  private static func say(_ end: ExecutorEnd) {
    let line = Array("\(end)\n".utf8)
    // A worker that is gone needs no report.
    _ = unsafe write(report, line, line.count)
  }

  private static func environment() -> [String] {
    var texts: [String] = []
    var place = unsafe environ
    while let text = unsafe place.pointee {
      unsafe texts.append(String(cString: text))
      unsafe place += 1
    }
    return texts
  }
}

/// Ends the executor when the life line does, unless it has ended before.
private final class LifeWatch: Sendable {
  private let child: ChildProcess
  private let isOver = Mutex(false)

  init(_ child: ChildProcess) { self.child = child }

  /// From here on the child's number may go to another process.
  func stop() { isOver.withLock { $0 = true } }

  func start(_ lifeLine: Int32, grace: Duration) {
    startDetached {
      var byte: UInt8 = 0
      while true {
        let count = unsafe read(lifeLine, &byte, 1)
        if count == 0 || (count < 0 && errno != EINTR) { break }
      }
      self.signal(SIGTERM)
      usleep(UInt32(grace.components.seconds) * 1_000_000)
      self.signal(SIGKILL)
    }
  }

  private func signal(_ number: Int32) {
    isOver.withLock { isOver in
      guard !isOver else { return }
      kill(-child.pid, number)
      // It may have left its group.
      kill(child.pid, number)
    }
  }
}
