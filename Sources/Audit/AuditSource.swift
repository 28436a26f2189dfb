package import TransparencyLog

/// Where an audit reads: a server, a dump, the tables of a database. Nothing that it says is believed.
///
/// All calls may be made at once, by many tasks, and again. Throws `.unavailable` where it is not known
/// what the source would say; that it has something no more is an answer, `.absent`.
package protocol AuditSource: Sendable {
  /// The newest signed checkpoint: a C2SP signed note.
  func checkpoint() async throws(AuditError) -> Served

  /// The hashes of a tile, 32 bytes each.
  func tile(_ tile: Tile) async throws(AuditError) -> Served

  /// The entries of a bundle, as tlog-tiles stores them.
  func entries(_ bundle: EntryBundle) async throws(AuditError) -> Served

  /// A page of openings (FORMAT.md section 9): JSON lines from `index` on, at most `limit` of them. A
  /// page may end earlier, but holds one line at least where the log has that index.
  func openings(from index: Int64, limit: Int) async throws(AuditError) -> Served
}

/// What a source answered.
package enum Served: Sendable, Equatable {
  case bytes([UInt8])
  /// It has no such thing; the reason that it gave.
  case absent(String)
}
