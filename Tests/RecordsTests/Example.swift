import Canonical
import Glibc
import Records
import StemmaCrypto
import Testing

/// A file of `schemas/examples`.
struct Example: Sendable, CustomTestStringConvertible {
  /// The folder: a kind, or `beyond-schema`.
  let folder: String
  let file: String
  let bytes: [UInt8]

  var path: String { "\(folder)/\(file)" }
  var testDescription: String { path }
  var isGood: Bool { file.hasPrefix("good-") }

  /// Parses, checks and seals it, as a commit without handles would.
  func judge() throws -> Record {
    try RecordDraft(checking: JSONDocument(parsing: bytes).root).seal(handles: [:])
  }

  static let all: [Example] = names(in: root).flatMap { folder in
    names(in: "\(root)/\(folder)").filter { $0.hasSuffix(".json") }.map { file in
      Example(folder: folder, file: file, bytes: contents(of: "\(root)/\(folder)/\(file)"))
    }
  }

  /// What `tools/check-schemas --digests` printed: a digest and a path a line, made with programs that
  /// are not ours.
  static let digests: [(digest: String, path: String)] =
    String(decoding: contents(of: "\(root)/digests.txt"), as: UTF8.self)
    .split(separator: "\n").map { line in
      let fields = line.split(separator: " ")
      return (String(fields[0]), String(fields[1]))
    }

  private static let root =
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    .joined(separator: "/") + "/schemas/examples"

  /// Sorted; empty for a file.
  private static func names(in folder: String) -> [String] {
    guard let stream = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: entry.pointee.d_name) { tuple in
        unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  private static func contents(of path: String) -> [UInt8] {
    guard let file = unsafe fopen(path, "rb") else { return [] }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe fread(&buffer, 1, buffer.count, file)
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
  }
}
