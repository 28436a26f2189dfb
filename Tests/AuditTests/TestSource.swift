import Audit
import Canonical
import Records
import StemmaCrypto
import Synchronization
import TransparencyLog

/// A log as a source serves it: files and lines that tests alter one by one.
struct TestSource: AuditSource {
  var note: [UInt8] = []
  /// The tree under `files`.
  private(set) var edge = TileEdge()
  var files: [String: [UInt8]] = [:]
  var lines: [[UInt8]] = []
  /// Lines of a page at the most.
  var pageLimit = 1000
  /// Fails with `.unavailable` from this index of openings on.
  var failsFrom: Int64 = .max
  /// Answers pages from here on without any line, as a success.
  var emptyFrom: Int64 = .max
  let asked = Asked()

  /// First indices of the pages that were asked for.
  final class Asked: Sendable {
    let pages = Mutex<[Int64]>([])
  }

  init(_ log: TestLog, key: SigningKey? = nil, origin: String? = nil, size: Int? = nil) {
    let entries = log.items.prefix(size ?? log.items.count).map(\.entry)
    self.init(entries: entries)
    lines = log.items.enumerated().map { Self.line(Int64($0), $1) }
    note = Self.note(
      Checkpoint(origin: origin ?? log.key.verifierKey.name, size: edge.size, root: edge.root),
      key ?? log.key)
  }

  /// Tiles and bundles alone.
  init(entries: [[UInt8]]) {
    for entry in entries {
      for full in edge.append(TreeHash.leaf(entry)) {
        files[full.tile.path] = full.hashes.flatMap(\.bytes)
      }
    }
    for (level, hashes) in edge.levels.enumerated() where !hashes.isEmpty {
      let number = edge.size >> (8 * Int64(level + 1))
      if let tile = Tile(level: level, number: number, width: hashes.count) {
        files[tile.path] = hashes.flatMap(\.bytes)
      }
    }
    for start in stride(from: 0, to: entries.count, by: Tile.fullWidth) {
      let part = Array(entries[start..<min(start + Tile.fullWidth, entries.count)])
      if let bundle = EntryBundle(number: Int64(start / Tile.fullWidth), width: part.count) {
        files[bundle.path] = EntryBundle.encode(part)
      }
    }
  }

  static func note(_ checkpoint: Checkpoint, _ key: SigningKey) -> [UInt8] {
    let text = checkpoint.formatCheckpoint()
    return SignedNote(text: text, signatures: [key.sign(text)]).formatNote()
  }

  static func line(_ index: Int64, _ item: TestLog.Item) -> [UInt8] {
    JSONValue.object(present: [
      "index": .integer(index), "statement": .raw(item.statement.canonicalBytes()),
      "nonce": item.nonce.map { .string(Base64.encode($0)) },
      "record": item.record.map(JSONValue.raw), "erased": item.erasedBy.map(JSONValue.integer),
    ]).canonicalBytes()
  }

  func checkpoint() async throws(AuditError) -> Served { .bytes(note) }

  func tile(_ tile: Tile) async throws(AuditError) -> Served { file(tile.path) }

  func entries(_ bundle: EntryBundle) async throws(AuditError) -> Served { file(bundle.path) }

  func openings(from index: Int64, limit: Int) async throws(AuditError) -> Served {
    asked.pages.withLock { $0.append(index) }
    guard index < failsFrom else { throw AuditError(.unavailable, "gone") }
    guard index < emptyFrom else { return .bytes([]) }
    let from = position(of: index)
    return .bytes(
      Array(lines[from...].prefix(min(limit, pageLimit)).map { $0 + [0x0A] }.joined()))
  }

  private func file(_ path: String) -> Served {
    files[path].map(Served.bytes) ?? .absent("not found")
  }

  /// The first line that is not of a smaller index: at its own place where nothing is missing.
  private func position(of index: Int64) -> Int {
    if index < lines.count, Self.index(of: lines[Int(index)]) == index { return Int(index) }
    return lines.firstIndex { (Self.index(of: $0) ?? index) >= index } ?? lines.count
  }

  private static func index(of line: [UInt8]) -> Int64? {
    (try? JSONDocument(parsing: line).root)?["index"]?.integer
  }
}

/// Audits a source without keeping anything.
func audit(
  _ source: any AuditSource, key: SigningKey, _ change: (inout AuditOptions) -> Void = { _ in }
) async throws -> AuditReport {
  var options = AuditOptions(key: key.verifierKey)
  options.patience = .zero
  change(&options)
  return try await Auditor(source, options).run()
}
