internal import Glibc

/// Files of the kernel's: short, made while they are read, and often not there.
enum SmallFile {
  private static let limit = 1 << 20

  /// The text; or the reason why there is none. Not UTF-8 is repaired: nobody compares it before it was checked.
  static func read(_ path: String) -> Result<String, Absence> {
    // Without O_NONBLOCK, opening a pipe that nobody writes to would never return.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return .failure(Absence(errno)) }
    defer { close(descriptor) }
    var text: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 4096)
    while text.count < limit {
      let count = unsafe Glibc.read(descriptor, &block, block.count)
      if count == 0 { break }
      if count > 0 {
        text += block[..<count]
      } else if errno != EINTR {
        return .failure(Absence(errno))
      }
    }
    return .success(String(decoding: text, as: UTF8.self))
  }

  /// The first line, without blanks around it, as a reading.
  static func line(_ name: String, _ path: String, from: String) -> Reading {
    switch read(path) {
    case .failure(let absence): return Reading(name, from: from, .absent(absence.reason))
    case .success(let text):
      let line = text.split(separator: "\n").first.map(trimmed) ?? ""
      return .text(name, from: from, line)
    }
  }

  static func trimmed(_ text: some StringProtocol) -> String {
    let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\n" }
    let rest = text.drop(while: isBlank)
    return String(rest.reversed().drop(while: isBlank).reversed())
  }

  /// The names in a folder, sorted; empty when it cannot be read.
  static func names(in folder: String) -> [String] {
    guard let stream = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// What a symbolic link says.
  static func link(_ path: String) -> Result<String, Absence> {
    var bytes = [CChar](repeating: 0, count: 4096)
    let count = unsafe readlink(path, &bytes, bytes.count)
    guard count >= 0 else { return .failure(Absence(errno)) }
    return .success(
      String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }
}

/// Why something could not be read, in the system's words.
struct Absence: Error {
  let reason: String

  init(_ number: Int32) {
    reason = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
  }
}
