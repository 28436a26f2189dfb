internal import StemmaCrypto
internal import TransparencyLog

/// A run of entries that was fetched and checked, each by itself.
struct CheckedBlock: Sendable {
  struct Entry: Sendable {
    let index: Int64
    /// Out of the entry itself where it is there; nil where nothing tells it.
    let leaf: Digest?
    /// Nil where there is none, or none that can be read.
    let opening: Opening?
    /// Whether nothing was wrong with it: then its word can be held against others.
    let isSound: Bool
  }

  let range: Range<Int64>
  let entries: [Entry]
  /// The tiles of level 0 over `range`, as they were served; nil where they were not.
  let tiles: [(tile: Tile, hashes: [Digest]?)]
  let findings: [Finding]
  /// Of records and statements.
  let bytes: Int
}
