internal import Glibc

/// A regular file opened for reading; closes itself. Threads may share it: reading moves no position.
package final class OpenFile: Sendable {
  /// The path it was opened by, fit to be printed.
  package let path: String
  private let descriptor: Int32

  /// - Parameter followingLinks: whether the last part of the path may be a symbolic link.
  package init(_ path: String, followingLinks: Bool) throws(FileDigestError) {
    self.path = printable(path.utf8)
    guard !path.utf8.contains(0) else {
      throw FileDigestError(code: .badName, path: self.path, message: "the path holds a NUL")
    }
    // Without O_NONBLOCK, opening a pipe that nobody writes to would never return.
    let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followingLinks ? 0 : O_NOFOLLOW)
    descriptor = unsafe open(path, flags)
    guard descriptor >= 0 else { throw systemError(path: self.path, opening: !followingLinks) }
    guard try stamp().isRegularFile else {
      throw FileDigestError(code: .notRegular, path: self.path, message: "not a regular file")
    }
    // Only advice for the kernel's read-ahead: whether it is taken does not matter.
    _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// What the file looks like now.
  package func stamp() throws(FileDigestError) -> FileStamp {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw systemError(path: path) }
    return FileStamp(status)
  }

  /// Refuses the file if it no longer looks as it did.
  package func checkUnchanged(since before: FileStamp) throws(FileDigestError) {
    guard try stamp() == before else { throw changed() }
  }

  /// Reads from `offset` until the buffer is full or the file ends; gives the number of bytes.
  package func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
  ) throws(FileDigestError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let count = unsafe pread(descriptor, rest.baseAddress, rest.count, Int(offset) + filled)
      if count == 0 { break }
      if count > 0 {
        filled += count
      } else if errno != EINTR {
        throw systemError(path: path)
      }
    }
    return filled
  }

  /// Some of the bytes, which must all be there.
  package func bytes(at offset: Int64, count: Int) throws(FileDigestError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let read = try unsafe bytes.withUnsafeMutableBufferPointer { buffer throws(FileDigestError) in
      unsafe try self.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
    }
    guard read == count else { throw changed() }
    return bytes
  }

  package func changed() -> FileDigestError {
    FileDigestError(code: .changed, path: path, message: "changed while it was being read")
  }
}

/// The error that `errno` stands for now.
///
/// ENXIO comes of opening a socket, and ELOOP with `O_NOFOLLOW` of opening a link.
func systemError(path: String, opening unfollowed: Bool = false) -> FileDigestError {
  let number = errno
  if unfollowed, number == ELOOP { return linkRefused(path: path) }
  if number == ENXIO {
    return FileDigestError(code: .notRegular, path: path, message: "not a regular file")
  }
  let reason = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
  return FileDigestError(code: .unreadable, path: path, message: reason)
}

func linkRefused(path: String) -> FileDigestError {
  FileDigestError(
    code: .symlink, path: path, message: "symbolic links are refused; put the file itself there")
}
