import Glibc

/// A folder of one test, which goes with the object.
final class TemporaryFolder: Sendable {
  /// Nothing is there yet.
  let path: String

  init() {
    path = "/tmp/stemma-audit-test-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
  }

  deinit { Self.remove(path) }

  private static func remove(_ path: String) {
    if let folder = unsafe opendir(path) {
      while let entry = unsafe readdir(folder) {
        let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { name in
          unsafe String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name != ".", name != ".." { remove("\(path)/\(name)") }
      }
      unsafe closedir(folder)
    }
    _ = unsafe Glibc.remove(path)
  }
}
