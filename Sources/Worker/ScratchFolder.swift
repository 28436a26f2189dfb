internal import Glibc
internal import StemmaCrypto

/// Where one worker process keeps the folders of its jobs: private, and gone with it.
///
/// Below a folder of the user's own (`stemma-worker-UID`, 0700) each process has one with a lock. What a process left behind
/// that was killed has no holder of its lock any more, and the next worker of that user removes it.
package final class ScratchFolder: Sendable {
  package let path: String
  private let lock: Int32

  /// - Parameter place: an absolute path; nil: `TMPDIR`, or `/tmp`.
  package init(in place: String?) throws(WorkerError) {
    let temporary = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) }
    let root = absolutePath(place ?? temporary ?? "/tmp") + "/stemma-worker-\(geteuid())"
    try Self.makePrivate(root)
    Self.sweep(root)
    while true {
      let name = root + "/" + randomBytes(8).map { String($0, radix: 16) }.joined()
      guard let lock = try Self.lock(name + ".lock", creating: true) else { continue }
      do throws(WorkerError) { try FileTree.make(name) } catch {
        close(lock)
        throw error
      }
      (path, self.lock) = (name, lock)
      return
    }
  }

  deinit { close(lock) }

  /// Removes it and all jobs' folders.
  package func remove() throws(WorkerError) {
    try FileTree.remove(path)
    _ = unsafe unlink(path + ".lock")
  }

  /// Anybody may have made a folder of that name in /tmp: it must be ours, and closed to others.
  private static func makePrivate(_ path: String) throws(WorkerError) {
    if unsafe mkdir(path, 0o700) != 0, errno != EEXIST { throw .system(.folder, path) }
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { throw .system(.folder, path) }
    guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(),
      status.st_mode & 0o077 == 0
    else {
      throw WorkerError(.folder, "\(path): not a folder of this user's that is closed to others")
    }
  }

  /// Nil where another process holds it, or it went before it was held.
  private static func lock(_ path: String, creating: Bool) throws(WorkerError) -> Int32? {
    let flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | (creating ? O_CREAT : 0)
    let descriptor = unsafe open(path, flags, 0o600)
    guard descriptor >= 0 else {
      if !creating { return nil }
      throw .system(.folder, path)
    }
    var status = stat()
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, unsafe fstat(descriptor, &status) == 0,
      status.st_nlink > 0
    else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  /// Removes what no process holds. What will not go is left for the next.
  private static func sweep(_ root: String) {
    for name in FileTree.names(in: root) where name.utf8.suffix(5).elementsEqual(".lock".utf8) {
      let path = root + "/" + name
      guard let lock = try? lock(path, creating: false) else { continue }
      if (try? FileTree.remove(String(path.dropLast(5)))) != nil { _ = unsafe unlink(path) }
      close(lock)
    }
  }
}
