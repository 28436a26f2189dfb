internal import Glibc

/// What tells one state of a file or folder from another without reading it.
///
/// A write that keeps the size and falls into the same tick of the file system's clock (about 4 ms on
/// Linux) as the one before it stays unseen, as for every tool that asks the file system. The change
/// time is included because, unlike the modification time, no program can set it back.
package struct FileStamp: Equatable {
  package let size: Int64
  private let mode: mode_t
  private let device: dev_t
  private let inode: ino_t
  private let modified: Instant
  private let changed: Instant

  private struct Instant: Equatable {
    let seconds: Int
    let nanoseconds: Int

    init(_ time: timespec) {
      seconds = time.tv_sec
      nanoseconds = time.tv_nsec
    }
  }

  init(_ status: stat) {
    size = Int64(status.st_size)
    mode = status.st_mode
    device = status.st_dev
    inode = status.st_ino
    modified = Instant(status.st_mtim)
    changed = Instant(status.st_ctim)
  }

  var isRegularFile: Bool { mode & S_IFMT == S_IFREG }
  var isFolder: Bool { mode & S_IFMT == S_IFDIR }
  var isSymbolicLink: Bool { mode & S_IFMT == S_IFLNK }
}
