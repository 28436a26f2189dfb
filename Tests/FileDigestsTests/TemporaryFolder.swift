import FileDigests
import Glibc
import Testing

/// A folder of its own for one test; removed with everything in it.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/stemma-files-XXXXXX".utf8CString)
    let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
      unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) } != nil
    }
    try #require(made)
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit {
    let command = ["rm", "-rf", path]
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe command.map { unsafe strdup($0) }
    unsafe arguments.append(nil)
    defer { for index in unsafe arguments.indices { unsafe free(arguments[index]) } }
    var pid: pid_t = 0
    if unsafe posix_spawnp(&pid, "rm", nil, nil, &arguments, environ) == 0 {
      waitpid(pid, nil, 0)
    }
  }

  /// The path of an entry.
  func location(_ name: String) -> String { path + "/" + name }

  func makeFolders(_ names: String...) throws {
    for name in names {
      let status = unsafe mkdir(location(name), 0o755)
      try #require(status == 0)
    }
  }

  func makeLink(_ name: String, to target: String) throws {
    let status = unsafe symlink(target, location(name))
    try #require(status == 0)
  }

  func makePipe(_ name: String) throws {
    let status = unsafe mkfifo(location(name), 0o644)
    try #require(status == 0)
  }

  func remove(_ name: String) throws {
    let status = unsafe unlink(location(name))
    try #require(status == 0)
  }

  func move(_ name: String, to other: String) throws {
    let status = unsafe rename(location(name), location(other))
    try #require(status == 0)
  }

  func write(_ text: String, to name: String) throws {
    try write(Array(text.utf8), to: Array(name.utf8))
  }

  func write(_ content: [UInt8], to name: String) throws {
    try write(content, to: Array(name.utf8))
  }

  /// The name as bytes, since one need not be text.
  func write(_ content: [UInt8], to name: [UInt8]) throws {
    let file = unsafe open(
      Array((path + "/").utf8CString.dropLast()) + name.map(CChar.init(bitPattern:)) + [0],
      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    try #require(file >= 0)
    defer { close(file) }
    let count = unsafe Glibc.write(file, content, content.count)
    try #require(count == content.count)
  }
}

/// For `#expect(throws:)`: errors are equal when their codes are.
func error(_ code: FileDigestError.Code) -> FileDigestError {
  FileDigestError(code: code, path: "", message: "")
}

extension [UInt8] {
  /// Bytes that differ with the seed and have no short period.
  static func patterned(_ count: Int, seed: Int = 0) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 31 + seed) ^ $0 >> 8) }
  }
}
