package import StemmaCrypto
import Synchronization
package import TransparencyLog

/// The log as readers may see it: nothing beyond the newest published checkpoint, which is believed only
/// when the log's own key has signed it.
///
/// Tiles and entries never change once they are signed, so they are kept in memory up to a bound, and
/// whoever asks again, or for less of the same tile, costs the database nothing.
package final class PublishedLog: Sendable {
  /// How old a remembered checkpoint may be. This server's own commits renew it at once; those of
  /// another server on the database are seen this much later.
  private static let freshness = Duration.milliseconds(100)

  private struct State {
    var checkpoint: SignedCheckpoint?
    var asked: ContinuousClock.Instant?
    var tiles = BoundedCache<Place, [Digest]>(limit: 2048)
    var entries = BoundedCache<Int64, [[UInt8]]>(limit: 512)
  }

  private struct Place: Hashable {
    let level: Int
    let number: Int64
  }

  let reader: any LogReader
  private let key: VerifierKey
  private let state = Mutex(State())

  /// - Parameter key: the key of the log that the database belongs to.
  package init(reader: any LogReader, key: VerifierKey) {
    self.reader = reader
    self.key = key
  }

  /// Takes note of a checkpoint that this server published.
  package func took(_ checkpoint: SignedCheckpoint) {
    state.withLock { state in
      if state.checkpoint.map({ checkpoint.isNewer(than: $0) }) ?? true {
        state.checkpoint = checkpoint
      }
    }
  }

  /// The newest checkpoint, never an older one than was given before.
  ///
  /// - Parameter index: an entry that is known to be published. For it the database is asked again if need
  ///   be; otherwise it is asked at most every 100 ms, whoever asks us and for what.
  /// - Throws: `.unavailable` where none was signed yet, `.corrupt` where the published one is not ours.
  package func checkpoint(covering index: Int64 = -1) async throws(StoreError) -> SignedCheckpoint {
    let now = ContinuousClock.now
    let remembered = state.withLock { state -> SignedCheckpoint? in
      guard let checkpoint = state.checkpoint, checkpoint.size > index else { return nil }
      if let asked = state.asked, asked + Self.freshness > now { return checkpoint }
      // Whoever comes meanwhile is answered from memory: one question at a time.
      state.asked = now
      return nil
    }
    if let remembered { return remembered }
    let published = try await reader.published()
    guard !published.note.isEmpty else {
      throw StoreError(.unavailable, "no checkpoint is published yet")
    }
    let found = try verified(published)
    took(found)
    return state.withLock { $0.checkpoint } ?? found
  }

  /// The published size, asked now: whatever any server has acknowledged is below it.
  package func size() async throws(StoreError) -> Int64 {
    let published = try await reader.published()
    guard !published.note.isEmpty else { return 0 }
    let found = try verified(published)
    took(found)
    return found.size
  }

  /// The bytes of a tile; nil where the published log does not reach so far.
  package func tile(_ tile: Tile) async throws(StoreError) -> [UInt8]? {
    try await hashes(of: tile)?.flatMap(\.bytes)
  }

  /// The hashes of a tile; nil where the published log does not reach so far.
  func hashes(of tile: Tile) async throws(StoreError) -> [Digest]? {
    let width = try await width(level: tile.level, number: tile.number)
    guard width >= tile.width else { return nil }
    let place = Place(level: tile.level, number: tile.number)
    if let known = state.withLock({ $0.tiles[place] }), known.count >= tile.width {
      return Array(known[..<tile.width])
    }
    guard let whole = Tile(level: tile.level, number: tile.number, width: width) else { return nil }
    let hashes = try await reader.hashes(of: whole)
    guard hashes.count == width else {
      throw StoreError(.corrupt, "\(whole.path): \(hashes.count) of \(width) hashes are there")
    }
    state.withLock { $0.tiles[place] = hashes }
    return Array(hashes[..<tile.width])
  }

  /// The bytes of an entry bundle; nil where the published log does not reach so far.
  package func entries(_ bundle: EntryBundle) async throws(StoreError) -> [UInt8]? {
    let width = try await width(level: 0, number: bundle.number)
    guard width >= bundle.width else { return nil }
    if let known = state.withLock({ $0.entries[bundle.number] }), known.count >= bundle.width {
      return EntryBundle.encode(Array(known[..<bundle.width]))
    }
    let start = bundle.number * Int64(Tile.fullWidth)
    let entries = try await reader.entries(start..<start + Int64(width))
    guard entries.count == width else {
      throw StoreError(.corrupt, "\(bundle.path): \(entries.count) of \(width) entries are there")
    }
    state.withLock { $0.entries[bundle.number] = entries }
    return EntryBundle.encode(Array(entries[..<bundle.width]))
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

  /// How many hashes a tile has in the published log; none where it does not reach so far.
  private func width(level: Int, number: Int64) async throws(StoreError) -> Int {
    let shift = Int64(8 * level)
    guard shift < 63, number < Int64.max >> 9 else { return 0 }
    let hashes = try await checkpoint().size >> shift
    return Int(min(max(0, hashes - number * Int64(Tile.fullWidth)), Int64(Tile.fullWidth)))
  }

  /// What the signed note says: whoever can write to the database can write the size beside it too.
  private func verified(_ published: SignedCheckpoint) throws(StoreError) -> SignedCheckpoint {
    // The bytes that were believed before are believed again: a signature costs more than most of the reads do.
    if let known = state.withLock({ $0.checkpoint }), known.note == published.note { return known }
    do throws(LogError) {
      let checkpoint = try Checkpoint(
        opening: SignedNote(parsing: published.note), origin: key.name, key: key)
      return SignedCheckpoint(size: checkpoint.size, note: published.note)
    } catch {
      throw StoreError(.corrupt, "the published checkpoint is not ours: \(error.message)")
    }
  }
}
