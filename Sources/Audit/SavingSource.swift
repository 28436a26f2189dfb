package import TransparencyLog

/// Passes on what another source answers and writes it into a folder as a dump that `FolderSource` reads.
package struct SavingSource: AuditSource {
  private let source: any AuditSource
  private let path: String

  package init(_ source: any AuditSource, to path: String) throws(AuditError) {
    self.source = source
    self.path = path
    try AuditFile.makeFolder(path)
  }

  package func checkpoint() async throws(AuditError) -> Served {
    try save(await source.checkpoint(), "checkpoint")
  }

  package func tile(_ tile: Tile) async throws(AuditError) -> Served {
    try save(await source.tile(tile), tile.path)
  }

  package func entries(_ bundle: EntryBundle) async throws(AuditError) -> Served {
    try save(await source.entries(bundle), bundle.path)
  }

  package func openings(from index: Int64, limit: Int) async throws(AuditError) -> Served {
    try save(await source.openings(from: index, limit: limit), "openings/\(index).jsonl")
  }

  /// Writes a file beside the answers of a source: the key that they verify with.
  package func save(_ bytes: [UInt8], as name: String) throws(AuditError) {
    _ = try save(.bytes(bytes), name)
  }

  private func save(_ served: Served, _ name: String) throws(AuditError) -> Served {
    guard case .bytes(let bytes) = served else { return served }
    let file = "\(path)/\(name)"
    if let slash = file.lastIndex(of: "/") { try AuditFile.makeFolder(String(file[..<slash])) }
    try AuditFile.create(file, with: bytes)
    return served
  }
}
