package import Records
package import StemmaCrypto
package import TransparencyLog

/// Reads of the log. Every answer is of committed rows; what may be shown of them is for
/// `PublishedLog` to say.
package protocol LogReader: Sendable {
  /// The newest published checkpoint; an empty note before the first.
  func published() async throws(StoreError) -> SignedCheckpoint

  /// The hashes of a tile; fewer than its width where the rows are not there.
  func hashes(of tile: Tile) async throws(StoreError) -> [Digest]

  /// The entries from index `range.lowerBound` on; fewer where the rows are not there.
  func entries(_ range: Range<Int64>) async throws(StoreError) -> [[UInt8]]

  /// What opens the entry of a record; nil where the namespace shows no such record.
  func opening(of digest: Digest, in namespace: Namespace) async throws(StoreError) -> EntryOpening?

  /// What opens the entries from `index` on, in order: at most `limit` of them, fewer where their
  /// bodies reach some MB. All namespaces: for auditors, who must also learn which rows cannot be read.
  func openings(from index: Int64, limit: Int) async throws(StoreError) -> [OpeningRow]

  /// What opens the entries at `indices`, ascending and each once: as many of the first of them as there is room
  /// for, at least one. One that is not published is left out.
  func openings(at indices: [Int64]) async throws(StoreError) -> [OpeningRow]
}

/// One row of the log's records, as it could be read.
package struct OpeningRow: Sendable {
  package let index: Int64
  package let opening: Result<EntryOpening, StoreError>

  package init(index: Int64, opening: Result<EntryOpening, StoreError>) {
    self.index = index
    self.opening = opening
  }
}

/// An entry with what opens it.
package struct EntryOpening: Sendable {
  package let index: Int64
  package let commitment: Digest
  package let statement: EntryStatement
  /// Nil where it was destroyed.
  package let nonce: [UInt8]?
  /// The record's canonical bytes; nil where they were erased.
  package let body: [UInt8]?
  /// Index of the erasure record, where the body was erased.
  package let erasedBy: Int64?

  package init(
    index: Int64, commitment: Digest, statement: EntryStatement, nonce: [UInt8]?, body: [UInt8]?,
    erasedBy: Int64?
  ) {
    self.index = index
    self.commitment = commitment
    self.statement = statement
    self.nonce = nonce
    self.body = body
    self.erasedBy = erasedBy
  }

  /// Whether the entry is what statement and nonce make; nil where there is no nonce any more.
  var isIntact: Bool? { nonce.map { statement.commitment(nonce: $0) == commitment } }
}
