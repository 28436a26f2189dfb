package import StemmaCrypto
import Synchronization
package import TransparencyLog

/// The log as readers may see it: nothing beyond the newest published checkpoint.
///
/// Tiles and entries never change once they are signed, so they are kept in memory up to a bound and
/// asked of the database once.
package final class PublishedLog: Sendable {
  /// How old a remembered checkpoint may be. This server's own commits renew it at once; those of
  /// another server on the database are seen this much later.
  private static let freshness = Duration.milliseconds(100)

  private struct State {
    var checkpoint: SignedCheckpoint?
    var asked: ContinuousClock.Instant = .now
    var files = BoundedCache<String, [UInt8]>(limit: 2048)
  }

  private let reader: any LogReader
  private let state = Mutex(State())

  package init(reader: any LogReader) { self.reader = reader }

  /// Takes note of a checkpoint that this server published.
  package func took(_ checkpoint: SignedCheckpoint) {
    state.withLock { state in
      if state.checkpoint.map({ checkpoint.isNewer(than: $0) }) ?? true {
        state.checkpoint = checkpoint
      }
    }
  }

  /// The newest checkpoint, which covers at least `size` entries if any published one does.
  /// - Throws: `.unavailable` where none was signed yet.
  package func checkpoint(covering size: Int64 = 0) async throws(StoreError) -> SignedCheckpoint {
    let remembered = state.withLock { state in
      state.asked + Self.freshness > .now ? state.checkpoint : nil
    }
    if let remembered, remembered.size >= size { return remembered }
    let found = try await reader.published()
    guard !found.note.isEmpty else {
      throw StoreError(.unavailable, "no checkpoint is published yet")
    }
    took(found)
    state.withLock { $0.asked = .now }
    return found
  }

  /// The bytes of a tile; nil where the published log does not reach so far.
  package func tile(_ tile: Tile) async throws(StoreError) -> [UInt8]? {
    guard try await reaches(tile.number, width: tile.width, level: tile.level) else { return nil }
    return try await file(tile.path) { () async throws(StoreError) in
      let hashes = try await self.reader.hashes(of: tile)
      guard hashes.count == tile.width else {
        throw StoreError(
          .corrupt, "\(tile.path): \(hashes.count) of \(tile.width) hashes are there")
      }
      return hashes.flatMap(\.bytes)
    }
  }

  /// The bytes of an entry bundle; nil where the published log does not reach so far.
  package func entries(_ bundle: EntryBundle) async throws(StoreError) -> [UInt8]? {
    guard try await reaches(bundle.number, width: bundle.width, level: 0) else { return nil }
    return try await file(bundle.path) { () async throws(StoreError) in
      let start = bundle.number * Int64(Tile.fullWidth)
      let entries = try await self.reader.entries(start..<start + Int64(bundle.width))
      guard entries.count == bundle.width else {
        throw StoreError(
          .corrupt, "\(bundle.path): \(entries.count) of \(bundle.width) entries are there")
      }
      return EntryBundle.encode(entries)
    }
  }

  /// What opens the entry of a record; nil where the namespace shows no such record.
  /// - Throws: `.corrupt` where the row does not open its entry: somebody altered it.
  package func opening(
    of digest: Digest, in namespace: Namespace
  ) async throws(StoreError) -> EntryOpening? {
    guard let opening = try await reader.opening(of: digest, in: namespace) else { return nil }
    guard opening.isIntact != false else {
      throw StoreError(.corrupt, "entry \(opening.index) does not open: the row was altered")
    }
    return opening
  }

  /// What opens the entries from `index` on, as the rows say it: an auditor wants to see what is wrong.
  package func openings(
    from index: Int64, limit: Int
  ) async throws(StoreError) -> [OpeningRow] {
    try await reader.openings(from: index, limit: limit)
  }

  private func reaches(_ number: Int64, width: Int, level: Int) async throws(StoreError) -> Bool {
    let shift = Int64(8 * level)
    guard shift < 63, number < Int64.max >> 9 else { return false }
    let end = number * Int64(Tile.fullWidth) + Int64(width)
    guard end <= Int64.max >> shift else { return false }
    return try await checkpoint(covering: end << shift).size >> shift >= end
  }

  private func file(
    _ path: String, _ make: () async throws(StoreError) -> [UInt8]
  ) async throws(StoreError) -> [UInt8] {
    if let known = state.withLock({ $0.files[path] }) { return known }
    let made = try await make()
    state.withLock { $0.files[path] = made }
    return made
  }
}
