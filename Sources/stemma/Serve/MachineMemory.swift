import CMalloc
import Glibc

/// How much memory there is for this process.
enum MachineMemory {
  /// The machine's, or what its control group (a container) is held to, where that is less.
  static var bytes: Int {
    let machine = max(0, sysconf(Int32(_SC_PHYS_PAGES))) * max(0, sysconf(Int32(_SC_PAGESIZE)))
    return min(machine, groupLimit ?? machine)
  }

  /// Has malloc keep up to 64 MiB that were freed, and map only buffers of 32 MiB or more on their own. By its own
  /// choice it gives the pages of each answer of some hundred KB back, only to have them faulted in, zeroed, for the
  /// next one: a fifth of what a page of lineage costs.
  static func keepWhatIsFreed() {
    mallopt(M_TRIM_THRESHOLD, 64 << 20)
    mallopt(M_MMAP_THRESHOLD, 32 << 20)
  }

  /// Nil where there is no control group of version 2, or it has no limit: the file then says `max`.
  private static var groupLimit: Int? {
    guard let file = try? LocalFile.read("/sys/fs/cgroup/memory.max", limit: 64) else { return nil }
    return Int(String(decoding: file, as: UTF8.self).prefix { $0.isNumber })
  }
}
