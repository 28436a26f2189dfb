import Glibc

/// Standard output and error, as bytes.
enum Terminal {
  /// Writes everything, or ends the program where the reader is gone.
  static func write(_ bytes: [UInt8], to descriptor: Int32 = 1) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        exit(3)
      }
    }
  }

  static func print(_ text: String) { write(Array((text + "\n").utf8)) }
  static func complain(_ text: String) { write(Array("stemma: \(text)\n".utf8), to: 2) }
}
