internal import Canonical
internal import Glibc
package import TransparencyLog

/// A dump: files at the server's URL paths below a folder, and `openings/<first index>.jsonl`.
package struct FolderSource: AuditSource {
  private let path: String
  /// First indices of the files of openings, rising.
  private let firsts: [Int64]

  /// Opens the dump at `path`.
  /// - Throws: `.usage` where there is no such folder.
  package init(_ path: String) throws(AuditError) {
    self.path = path
    guard let names = Self.names(in: path) else {
      throw AuditError(.usage, "\(path) is not a folder that can be read")
    }
    guard names.contains("openings") else {
      firsts = []
      return
    }
    firsts = (Self.names(in: path + "/openings") ?? []).compactMap { name in
      name.hasSuffix(".jsonl") ? Int64(name.dropLast(".jsonl".count)) : nil
    }.sorted()
  }

  package func checkpoint() async throws(AuditError) -> Served { try file("checkpoint") }

  package func tile(_ tile: Tile) async throws(AuditError) -> Served { try file(tile.path) }

  package func entries(_ bundle: EntryBundle) async throws(AuditError) -> Served {
    try file(bundle.path)
  }

  /// From the file that should hold `index`; from the one behind it where that one ends before.
  package func openings(from index: Int64, limit: Int) async throws(AuditError) -> Served {
    let next = firsts.firstIndex { $0 > index } ?? firsts.count
    for first in firsts[max(0, next - 1)...].prefix(2) {
      guard let bytes = try AuditFile.read("\(path)/openings/\(first).jsonl") else { continue }
      let lines = bytes.split(separator: UInt8(ascii: "\n"))
      let start = Self.position(of: index, in: lines)
      guard start < lines.count else { continue }
      return .bytes(
        lines[start...].prefix(limit).reduce(into: []) { page, line in
          page += line
          page.append(UInt8(ascii: "\n"))
        })
    }
    return .bytes([])
  }

  /// The first line of an index that is not below `index`, in lines of rising indices.
  private static func position(of index: Int64, in lines: [ArraySlice<UInt8>]) -> Int {
    var range = 0..<lines.count
    while !range.isEmpty {
      let middle = (range.lowerBound + range.upperBound) / 2
      let limits = JSONLimits(maxDepth: 128)
      let found = try? JSONDocument(parsing: Array(lines[middle]), limits: limits).root["index"]
      if (found?.integer ?? -1) < index {
        range = middle + 1..<range.upperBound
      } else {
        range = range.lowerBound..<middle
      }
    }
    return range.lowerBound
  }

  private func file(_ name: String) throws(AuditError) -> Served {
    try AuditFile.read("\(path)/\(name)").map(Served.bytes) ?? .absent("the dump has no such file")
  }

  private static func names(in path: String) -> [String]? {
    guard let folder = unsafe opendir(path) else { return nil }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      names.append(
        unsafe withUnsafeBytes(of: entry.pointee.d_name) { name in
          unsafe String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    return names
  }
}
