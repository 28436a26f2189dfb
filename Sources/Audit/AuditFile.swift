internal import Glibc

/// Files of the auditor: whole ones, replaced ones, and one that only grows.
enum AuditFile {
  /// The bytes of a file; nil where there is none.
  static func read(_ path: String) throws(AuditError) -> [UInt8]? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw failure("open", path)
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    while true {
      var count = 0
      let chunk = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 18) { buffer, filled in
        count = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        filled = max(0, count)
      }
      if count == 0 { return bytes }
      if count > 0 {
        bytes += chunk
      } else if errno != EINTR {
        throw failure("read", path)
      }
    }
  }

  /// Puts `bytes` in the place of a file. After a crash there is the old file or the new one, whole:
  /// written under another name, flushed, renamed, and the folder flushed.
  static func replace(_ path: String, with bytes: [UInt8]) throws(AuditError) {
    let temporary = path + ".new"
    try write(bytes, to: temporary, flags: O_CREAT | O_TRUNC, at: 0)
    guard unsafe rename(temporary, path) == 0 else { throw failure("rename", path) }
    try flushFolder(of: path)
  }

  /// Writes `bytes` at `offset`, drops what lies behind them, and flushes.
  static func write(_ bytes: [UInt8], to path: String, at offset: Int) throws(AuditError) {
    try write(bytes, to: path, flags: O_CREAT, at: offset)
  }

  /// Writes a file that can be made again, so that it need not be flushed.
  static func create(_ path: String, with bytes: [UInt8]) throws(AuditError) {
    try write(bytes, to: path, flags: O_CREAT | O_TRUNC, at: 0, mode: 0o644, isFlushed: false)
  }

  /// Makes a folder and those above it.
  static func makeFolder(_ path: String, mode: mode_t = 0o777) throws(AuditError) {
    guard unsafe mkdir(path, mode) != 0, errno != EEXIST else { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
      throw failure("mkdir", path)
    }
    try makeFolder(String(path[..<slash]), mode: mode)
    guard unsafe mkdir(path, mode) == 0 || errno == EEXIST else { throw failure("mkdir", path) }
  }

  static func failure(_ call: String, _ path: String) -> AuditError {
    let reason = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "errno \(errno)"
    return AuditError(.state, "\(call) \(path): \(reason)")
  }

  private static func write(
    _ bytes: [UInt8], to path: String, flags: Int32, at offset: Int, mode: mode_t = 0o600,
    isFlushed: Bool = true
  ) throws(AuditError) {
    let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC | flags, mode)
    guard descriptor >= 0 else { throw failure("open", path) }
    defer { close(descriptor) }
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe pwrite(
          descriptor, buffer.baseAddress?.advanced(by: done), bytes.count - done, offset + done)
      }
      if count >= 0 {
        done += count
      } else if errno != EINTR {
        throw failure("write", path)
      }
    }
    guard isFlushed else { return }
    guard ftruncate(descriptor, offset + bytes.count) == 0, fsync(descriptor) == 0 else {
      throw failure("fsync", path)
    }
  }

  private static func flushFolder(of path: String) throws(AuditError) {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open", folder) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("fsync", folder) }
  }
}
