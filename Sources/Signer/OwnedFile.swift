internal import Glibc

/// An open file that closes itself. Every call goes on after a signal (EINTR) and after a short count.
struct OwnedFile: ~Copyable {
  let descriptor: Int32
  /// For messages.
  let path: String

  /// Takes over an open descriptor; a negative one is the failure that `errno` tells.
  init(_ descriptor: Int32, path: String) throws(SignerError) {
    guard descriptor >= 0 else { throw .system("open", path) }
    self.descriptor = descriptor
    self.path = path
  }

  deinit { close(descriptor) }

  /// Everything from the start to the end.
  func readAll() throws(SignerError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes {
        unsafe pread(descriptor, $0.baseAddress, $0.count, bytes.count)
      }
      if count == 0 { return bytes }
      if count > 0 {
        bytes.append(contentsOf: chunk[..<count])
      } else if errno != EINTR {
        throw .system("read", path)
      }
    }
  }

  /// Writes all of `bytes` at `offset`.
  func write(_ bytes: [UInt8], at offset: Int) throws(SignerError) {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe pwrite(
          descriptor, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done,
          offset + done)
      }
      if count > 0 {
        done += count
      } else if count == 0 || errno != EINTR {
        throw .system("write", path)
      }
    }
  }

  /// Durable on return: the bytes, and the size that reading them needs.
  func syncData() throws(SignerError) {
    try sync("fdatasync", fdatasync)
  }

  /// Durable on return, with all that the file system knows of it.
  func sync() throws(SignerError) {
    try sync("fsync", fsync)
  }

  private func sync(_ name: String, _ call: (Int32) -> Int32) throws(SignerError) {
    while call(descriptor) != 0 {
      guard errno == EINTR else { throw .system(name, path) }
    }
  }
}

extension SignerError {
  /// The failure that `errno` tells of a system call.
  static func system(_ call: String, _ path: String) -> SignerError {
    let number = errno
    let reason = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    return SignerError(.unavailable, "\(call) \(path): \(reason)")
  }
}
