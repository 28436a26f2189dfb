import Glibc

/// What a process has used so far, from proc(5).
enum ProcessUsage {
  /// CPU seconds of one process with all its threads, user and system. In steps of 10 ms.
  static func cpu(of pid: pid_t) -> Double { ticks(pid, children: false) }

  /// CPU seconds of a postmaster and everything that it started, ended backends included.
  static func cpu(ofPostmaster pid: pid_t) -> Double {
    children(of: pid).reduce(ticks(pid, children: true)) { $0 + ticks($1, children: false) }
  }

  /// CPU seconds of the threads that a process has now, to the nanosecond (sched-stats.rst of the kernel): for what
  /// takes less than a step of the above.
  static func threadCPU(of pid: pid_t) -> Double {
    entries(of: "/proc/\(pid)/task").reduce(0) { sum, thread in
      let text = contents(of: "/proc/\(pid)/task/\(thread)/schedstat") ?? ""
      return sum + (text.split(separator: " ").first.flatMap { Double($0) } ?? 0) / 1e9
    }
  }

  /// The same of a postmaster's processes, without the postmaster itself.
  static func threadCPU(ofPostmaster pid: pid_t) -> Double {
    children(of: pid).reduce(0) { $0 + threadCPU(of: $1) }
  }

  /// Kilobytes of `VmRSS` (now) or `VmHWM` (the most so far).
  static func memory(of pid: pid_t, _ field: String) -> Int {
    let status = contents(of: "/proc/\(pid)/status") ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix(field + ":") }
    return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
  }

  /// Fields of `stat` after the command's name, which may hold anything: the first is the state.
  private static func fields(_ pid: pid_t) -> [Substring] {
    let text = contents(of: "/proc/\(pid)/stat") ?? ""
    guard let end = text.lastIndex(of: ")") else { return [] }
    return text[text.index(after: end)...].split(separator: " ")
  }

  private static func ticks(_ pid: pid_t, children: Bool) -> Double {
    let fields = fields(pid)
    // utime and stime are fields 14 and 15 of proc(5), cutime and cstime 16 and 17; ours begin at 3.
    let wanted = fields.dropFirst(11).prefix(children ? 4 : 2)
    return wanted.reduce(0) { $0 + (Double($1) ?? 0) } / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  private static func children(of parent: pid_t) -> [pid_t] {
    entries(of: "/proc").filter { pid in
      let fields = fields(pid)
      return fields.count > 1 && fields[1] == Substring(String(parent))
    }
  }

  /// The names in a folder that are numbers.
  private static func entries(of path: String) -> [pid_t] {
    guard let folder = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(folder) }
    var found: [pid_t] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let number = pid_t(name) { found.append(number) }
    }
    return found
  }
}

/// CPU seconds of the three parties of a run.
struct CPUShares {
  var server = 0.0
  var postgres = 0.0
  var generator = 0.0

  static func now(_ store: StoreProcess) -> CPUShares {
    CPUShares(
      server: ProcessUsage.cpu(of: store.server),
      postgres: ProcessUsage.cpu(ofPostmaster: store.postmaster),
      generator: seconds(CLOCK_PROCESS_CPUTIME_ID))
  }

  static func - (left: CPUShares, right: CPUShares) -> CPUShares {
    CPUShares(
      server: left.server - right.server, postgres: left.postgres - right.postgres,
      generator: left.generator - right.generator)
  }
}
