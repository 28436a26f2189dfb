import Glibc

/// How much memory there is for this process.
enum MachineMemory {
  /// The machine's, or what its control group (a container) is held to, where that is less.
  static var bytes: Int {
    let machine = max(0, sysconf(Int32(_SC_PHYS_PAGES))) * max(0, sysconf(Int32(_SC_PAGESIZE)))
    return min(machine, groupLimit ?? machine)
  }

  /// Nil where there is no control group of version 2, or it has no limit: the file then says `max`.
  private static var groupLimit: Int? {
    guard let file = try? LocalFile.read("/sys/fs/cgroup/memory.max", limit: 64) else { return nil }
    return Int(String(decoding: file, as: UTF8.self).prefix { $0.isNumber })
  }
}
