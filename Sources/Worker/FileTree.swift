internal import Glibc

/// Folders with all that is in them, without following any link.
enum FileTree {
  /// Removes a file or a folder, whatever its modes. Nothing there is no error.
  ///
  /// - Throws: `.folder` with the first thing that would not go; the rest is gone then, if it could be.
  static func remove(_ path: String) throws(WorkerError) {
    var failure: WorkerError?
    // A folder is looked at twice: before what is in it, and after.
    var waiting = [(path: path, isEmptied: false)]
    while let (path, isEmptied) = waiting.popLast() {
      guard let mode = mode(of: path) else { continue }
      if mode & S_IFMT != S_IFDIR {
        if unsafe unlink(path) != 0, errno != ENOENT { failure = failure ?? .system(.folder, path) }
      } else if isEmptied {
        if unsafe rmdir(path) != 0, errno != ENOENT { failure = failure ?? .system(.folder, path) }
      } else {
        _ = unsafe chmod(path, 0o700)
        waiting.append((path, true))
        waiting += names(in: path).map { ("\(path)/\($0)", false) }
      }
    }
    if let failure { throw failure }
  }

  /// Bytes of all files below `path`.
  static func size(of path: String) -> Int64 {
    var size: Int64 = 0
    var waiting = [path]
    while let path = waiting.popLast() {
      var status = stat()
      guard unsafe lstat(path, &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR {
        waiting += names(in: path).map { "\(path)/\($0)" }
      } else {
        size += Int64(status.st_size)
      }
    }
    return size
  }

  /// Names in a folder, but `.` and `..`, in order of their bytes; none where it cannot be read.
  static func names(in path: String) -> [String] {
    guard let folder = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Nil where nothing is there.
  static func mode(of path: String) -> mode_t? {
    var status = stat()
    return unsafe lstat(path, &status) == 0 ? status.st_mode : nil
  }

  static func make(_ path: String) throws(WorkerError) {
    guard unsafe mkdir(path, 0o700) == 0 else { throw .system(.folder, path) }
  }
}
