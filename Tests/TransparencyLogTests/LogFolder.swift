import Glibc
import StemmaCrypto
import Testing
import TransparencyLog

/// A log's files in a folder, under the paths of its URLs, as `tools/verify-log/run` takes them.
final class LogFolder {
  let path: String
  let key: SigningKey
  let tree: ReferenceTree

  /// Writes the whole log of some entries, with a few receipts, by the code under test.
  init(size: Int) throws {
    var template = Array("/tmp/stemma-log-XXXXXX".utf8CString)
    let isMade = unsafe mkdtemp(&template) != nil
    try #require(isMade)
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    key = try SigningKey(name: "log.example/test", seed: KeyTests.seed)
    tree = ReferenceTree(size: size)

    var edge = TileEdge()
    for (index, leaf) in tree.leaves.enumerated() {
      for full in edge.append(leaf) { try write(full.hashes, to: full.tile) }
      // A server that signs at these sizes leaves their partial tiles behind.
      if index + 1 == size || [3, 200, 300].contains(index + 1) { try writePartial(edge) }
    }
    for first in stride(from: 0, to: size, by: Tile.fullWidth) {
      let entries = (first..<min(size, first + Tile.fullWidth)).map { ReferenceTree.entry($0) }
      let bundle = try #require(EntryBundle(number: Int64(first / 256), width: entries.count))
      try write(EntryBundle.encode(entries), to: bundle.path)
    }
    let head = Checkpoint(origin: key.verifierKey.name, size: edge.size, root: edge.root)
    try write(sign(head).formatNote(), to: "checkpoint")
    try write(utf8("\(key.verifierKey)\n"), to: "vkey")
    for index in Set([0, size / 2, size - 1]) where index >= 0 && index < size {
      try write(receipt(index, under: size).formatProof(), to: "receipts/\(index)-of-\(size)")
      // One from when the log was smaller.
      try write(receipt(index, under: index + 1).formatProof(), to: "receipts/\(index)-then")
    }
  }

  struct FileError: Error { let name: String }

  deinit { _ = Self.shell("rm -rf '\(path)'") }

  func sign(_ checkpoint: Checkpoint) -> SignedNote {
    let text = checkpoint.formatCheckpoint()
    return SignedNote(text: text, signatures: [key.sign(text)])
  }

  func receipt(_ index: Int, under size: Int) throws -> LogProof {
    let hashes = try proveInclusion(index: Int64(index), size: Int64(size)) { tile in
      let span = 1 << (8 * tile.level)
      return (0..<tile.width).map { place in
        let first = (Int(tile.number) * 256 + place) * span
        return tree.root(first..<first + span)
      }
    }
    let head = Checkpoint(
      origin: key.verifierKey.name, size: Int64(size), root: tree.root(ofSize: size))
    return LogProof(
      extra: [1, 2, 3], index: Int64(index), hashes: hashes, checkpoint: sign(head))
  }

  private func writePartial(_ edge: TileEdge) throws {
    for (level, hashes) in edge.levels.enumerated() where !hashes.isEmpty {
      let number = edge.size >> (8 * Int64(level + 1))
      try write(hashes, to: try #require(Tile(level: level, number: number, width: hashes.count)))
    }
  }

  private func write(_ hashes: [Digest], to tile: Tile) throws {
    try write(hashes.flatMap(\.bytes), to: tile.path)
  }

  /// Writes a file and the folders above it.
  func write(_ bytes: [UInt8], to name: String) throws {
    var folder = path
    for part in name.split(separator: "/").dropLast() {
      folder += "/" + part
      _ = unsafe mkdir(folder, 0o755)
    }
    guard let file = unsafe fopen("\(path)/\(name)", "w") else { throw FileError(name: name) }
    let written = unsafe fwrite(bytes, 1, bytes.count, file)
    guard unsafe fclose(file) == 0, written == bytes.count else { throw FileError(name: name) }
  }

  func read(_ name: String) throws -> [UInt8] {
    guard let file = unsafe fopen("\(path)/\(name)", "r") else { throw FileError(name: name) }
    defer { unsafe fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    return Array(bytes.prefix(count))
  }

  /// The exit status of a shell command.
  static func shell(_ command: String) -> Int32 {
    let status = unsafe system(command)
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
  }

  /// What the Go program says of the folder: its exit status and its output.
  func verify() throws -> (status: Int32, output: String) {
    let root = "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
    let status = Self.shell("'/\(root)/tools/verify-log/run' '\(path)' >'\(path)/output' 2>&1")
    return (status, String(decoding: try read("output"), as: UTF8.self))
  }
}
