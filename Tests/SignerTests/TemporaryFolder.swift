import Glibc

/// A path in a new folder that goes away with this value.
final class TemporaryFolder: Sendable {
  /// Nothing is there yet.
  let path: String
  private let parent: String

  init() {
    var template = Array("/tmp/stemma-signer-XXXXXX".utf8CString)
    let made = unsafe mkdtemp(&template)
    precondition(unsafe made != nil, "no temporary folder can be made")
    parent = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    path = parent + "/state"
  }

  deinit {
    for name in ["key", "key.new", "journal", "journal.new", "lock", "vkey"] {
      unsafe unlink("\(path)/\(name)")
    }
    unsafe rmdir(path)
    unsafe rmdir(parent)
  }

  func read(_ name: String) -> [UInt8]? {
    guard let file = unsafe fopen("\(path)/\(name)", "r") else { return nil }
    defer { unsafe fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    return Array(bytes[..<count])
  }

  func write(_ bytes: [UInt8], to name: String) {
    guard let file = unsafe fopen("\(path)/\(name)", "w") else { return }
    defer { unsafe fclose(file) }
    _ = unsafe fwrite(bytes, 1, bytes.count, file)
  }

  func remove(_ name: String) { unsafe unlink("\(path)/\(name)") }

  func mode(of name: String) -> mode_t? {
    var status = stat()
    guard unsafe lstat("\(path)/\(name)", &status) == 0 else { return nil }
    return status.st_mode & 0o7777
  }
}
