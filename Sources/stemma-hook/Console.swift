internal import Glibc

/// Standard output and error, and the end of the program.
enum Console {
  static func print(_ text: String) { write(Array(text.utf8), to: 1) }

  static func complain(_ text: String) { write(Array(text.utf8), to: 2) }

  static func exit(_ status: Int32) -> Never { Glibc.exit(status) }

  /// This process's environment; of a name that is there twice, the first, as getenv(3) finds it.
  static func environment() -> [String: String] {
    var variables: [String: String] = [:]
    var place = unsafe environ
    while let text = unsafe place.pointee {
      let pair = unsafe String(cString: text)
        .split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      if pair.count == 2, variables[pair[0]] == nil { variables[pair[0]] = pair[1] }
      unsafe place += 1
    }
    return variables
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
      }
      if count < 0 && errno != EINTR { return }
      rest = rest.dropFirst(max(count, 0))
    }
  }
}
