internal import Glibc

/// What /proc says of processes.
enum ProcessTable {
  /// Processes whose parent is `parent`; those that have ended and were not waited for too.
  static func children(of parent: pid_t) -> [pid_t] {
    guard let folder = unsafe opendir("/proc") else { return [] }
    defer { unsafe closedir(folder) }
    var children: [pid_t] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if let pid = pid_t(name), self.parent(of: pid) == parent { children.append(pid) }
    }
    return children
  }

  /// The fourth field of /proc/PID/stat; the second is a name in brackets that may hold anything, brackets too.
  private static func parent(of pid: pid_t) -> pid_t? {
    let descriptor = unsafe open("/proc/\(pid)/stat", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1024)
    let count = unsafe read(descriptor, &bytes, bytes.count)
    guard count > 0, let bracket = bytes[..<count].lastIndex(of: UInt8(ascii: ")")) else {
      return nil
    }
    let fields = bytes[(bracket + 1)..<count].split(separator: UInt8(ascii: " "))
    return fields.count > 1 ? pid_t(String(decoding: fields[1], as: UTF8.self)) : nil
  }
}
