internal import Glibc

/// Folders with all that is in them, without following any link.
///
/// What executors leave is called as they like: names are bytes here, since one that is no UTF-8 is another one as a text.
enum FileTree {
  /// Of bytes, with the zero at its end.
  private typealias Path = [CChar]

  /// Removes a file or a folder, whatever its modes. Nothing there is no error.
  ///
  /// - Throws: `.folder` with the first thing that would not go; the rest is gone then, if it could be.
  static func remove(_ path: String) throws(WorkerError) {
    var failure: WorkerError?
    // A folder is looked at twice: before what is in it, and after.
    var waiting = [(path: Array(path.utf8CString), isEmptied: false)]
    while let (path, isEmptied) = waiting.popLast() {
      guard let status = status(of: path) else { continue }
      if status.st_mode & S_IFMT != S_IFDIR {
        if unsafe unlink(path) != 0, errno != ENOENT { failure = failure ?? fault(path) }
      } else if isEmptied {
        if unsafe rmdir(path) != 0, errno != ENOENT { failure = failure ?? fault(path) }
      } else {
        _ = unsafe chmod(path, 0o700)
        waiting.append((path, true))
        waiting += entries(of: path).map { (inner($0, in: path), false) }
      }
    }
    if let failure { throw failure }
  }

  /// Bytes of all files below `path`.
  static func size(of path: String) -> Int64 {
    var size: Int64 = 0
    var waiting = [Array(path.utf8CString)]
    while let path = waiting.popLast() {
      guard let status = status(of: path) else { continue }
      if status.st_mode & S_IFMT == S_IFDIR {
        waiting += entries(of: path).map { inner($0, in: path) }
      } else {
        size += Int64(status.st_size)
      }
    }
    return size
  }

  /// Names in a folder, but `.` and `..`, in order of their bytes; none where it cannot be read. A name that is no UTF-8
  /// is one here by which nothing is found.
  static func names(in path: String) -> [String] {
    entries(of: Array(path.utf8CString))
      .map { String(decoding: $0.lazy.map(UInt8.init(bitPattern:)), as: UTF8.self) }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Nil where nothing is there.
  static func mode(of path: String) -> mode_t? { status(of: Array(path.utf8CString))?.st_mode }

  static func make(_ path: String) throws(WorkerError) {
    guard unsafe mkdir(path, 0o700) == 0 else { throw .system(.folder, path) }
  }

  private static func status(of path: Path) -> stat? {
    var status = stat()
    return unsafe lstat(path, &status) == 0 ? status : nil
  }

  /// Names, without zeros.
  private static func entries(of path: Path) -> [[CChar]] {
    guard let folder = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(folder) }
    var names: [[CChar]] = []
    let dot = CChar(bitPattern: UInt8(ascii: "."))
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { bytes in
          unsafe Array(UnsafeBufferPointer(start: bytes, count: strlen(bytes)))
        }
      }
      if name != [dot], name != [dot, dot] { names.append(name) }
    }
    return names
  }

  private static func inner(_ name: [CChar], in folder: Path) -> Path {
    folder.dropLast() + [CChar(bitPattern: UInt8(ascii: "/"))] + name + [0]
  }

  /// With what `errno` says now.
  private static func fault(_ path: Path) -> WorkerError {
    let reason = systemReason(errno)
    let text = String(decoding: path.dropLast().lazy.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return WorkerError(.folder, "\(text): \(reason)")
  }
}
