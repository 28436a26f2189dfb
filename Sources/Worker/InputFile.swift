internal import Glibc
package import StemmaCrypto

/// A file that content is fetched into, and hashed on the way. For one task at a time.
package final class InputFile {
  private let path: String
  private let descriptor: Int32
  private var hasher = SHA256Hasher()
  private var size: Int64 = 0

  /// - Parameter path: in a folder that is there. What is there by that name is of an attempt that came to nothing.
  package init(_ path: String) throws(WorkerError) {
    self.path = path
    try FileTree.remove(path)
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o400)
    guard descriptor >= 0 else { throw .system(.folder, path) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  package func write(_ bytes: [UInt8]) throws(WorkerError) {
    hasher.update(bytes.span)
    size += Int64(bytes.count)
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        throw .system(.folder, path)
      }
    }
  }

  /// - Throws: `.input` where the bytes are not those that `digest` names.
  package func finish(_ digest: Digest) throws(WorkerError) {
    // What frees itself cannot be taken apart: another hasher takes this one's place.
    var hasher = SHA256Hasher()
    swap(&hasher, &self.hasher)
    let found = hasher.finalize()
    guard found == digest else {
      throw WorkerError(.input, "\(path): \(size) bytes of \(found) came for \(digest)")
    }
  }
}
