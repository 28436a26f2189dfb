internal import Glibc

/// Asks a driver's library in a process of its own, which may hang or crash: then only it is lost.
///
/// A call that ends a helper is not made again: the next helper asks all the rest. After `attempts` it is left at what there is.
struct Helper {
  private static let attempts = 3
  /// Without an answer to these there is nothing to ask.
  private static let vital: Set<String> = ["dlopen", "nvmlInit_v2", "cuInit"]

  let machine: Machine

  /// All that the library says, by subject. Subject "" has a reading `helper` when something went wrong.
  func read(_ subject: HelperProgram.Subject, library: String) -> [String: Readings] {
    var reasons: [String: String] = [:]
    var result: [String: Readings] = [:]
    for _ in 0..<Self.attempts {
      let (run, failure) = once(
        [subject.rawValue, library] + reasons.keys.sorted())
      if let pending = run.pending, let failure { reasons[pending.function] = failure }
      result = run.bySubject(ended: reasons)
      if failure == nil { break }
      guard let pending = run.pending, !Self.vital.contains(pending.function) else {
        if run.pending == nil, let failure {
          result["", default: Readings()].append(
            Reading("helper", from: "process", .absent(failure)))
        }
        return result
      }
    }
    if !reasons.isEmpty {
      let what = reasons.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
      result["", default: Readings()].append(
        Reading("helper", from: "process", .absent(what.joined(separator: "; "))))
    }
    return result
  }

  /// One helper to its end: what it told, and why it did not tell all.
  private func once(_ arguments: [String]) -> (HelperRun, failure: String?) {
    var run = HelperRun()
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { return (run, Absence(errno).reason) }
    defer { close(ends[0]) }
    _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
    let pid = start(machine.helper + arguments, journal: ends[1])
    close(ends[1])
    guard case .success(let pid) = pid else {
      if case .failure(let absence) = pid { return (run, "cannot start: \(absence.reason)") }
      return (run, nil)
    }
    let late = follow(ends[0], &run)
    if late != nil { kill(pid, SIGKILL) }
    let end = awaitEnd(pid)
    if run.isComplete { return (run, nil) }
    return (run, late ?? end)
  }

  /// Reads until the helper has said all or closes its end; the reason when it took too long.
  private func follow(_ descriptor: Int32, _ run: inout HelperRun) -> String? {
    let clock = ContinuousClock()
    let last = clock.now + machine.helperDeadline
    var deadline = clock.now + machine.callDeadline
    var block = [UInt8](repeating: 0, count: 4096)
    while !run.isComplete {
      let rest = min(deadline, last) - clock.now
      guard rest > .zero else {
        return "no answer within \(deadline < last ? machine.callDeadline : machine.helperDeadline)"
      }
      var watch = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let (seconds, attoseconds) = rest.components
      let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1
      guard unsafe poll(&watch, 1, Int32(clamping: milliseconds)) > 0 else { continue }
      let count = unsafe Glibc.read(descriptor, &block, block.count)
      if count == 0 { return nil }
      if count > 0, run.take(block[..<count]) { deadline = clock.now + machine.callDeadline }
    }
    return nil
  }

  /// How the helper ended, in words. One that hangs in the driver takes no signal: it is left behind.
  private func awaitEnd(_ pid: pid_t) -> String {
    var status: Int32 = 0
    for _ in 0..<500 {
      let result = unsafe waitpid(pid, &status, WNOHANG)
      if result == pid {
        let signal = status & 0x7F
        return signal == 0
          ? "helper ended with status \(status >> 8 & 0xFF)" : "helper killed by signal \(signal)"
      }
      if result < 0 && errno != EINTR { return Absence(errno).reason }
      usleep(1000)
    }
    kill(pid, SIGKILL)
    return "helper does not end"
  }
}
