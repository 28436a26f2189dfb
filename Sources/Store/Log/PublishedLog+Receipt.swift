import Records
import StemmaCrypto
package import TransparencyLog

extension PublishedLog {
  /// Proof that the entry is in the log under a signed checkpoint. Its `extra` is the nonce and the
  /// statement: SHA-256 of it is the entry. Nil where the nonce was destroyed.
  package func receipt(of opening: EntryOpening) async throws(StoreError) -> LogProof? {
    guard let nonce = opening.nonce else { return nil }
    let checkpoint = try await checkpoint(covering: opening.index)
    var hashes: [Tile: [Digest]] = [:]
    for tile in inclusionTiles(index: opening.index, size: checkpoint.size) {
      hashes[tile] = try await self.hashes(of: tile)
    }
    do throws(LogError) {
      return LogProof(
        extra: nonce + opening.statement.canonicalBytes(), index: opening.index,
        hashes: try proveInclusion(index: opening.index, size: checkpoint.size) { hashes[$0] },
        checkpoint: try SignedNote(parsing: checkpoint.note))
    } catch {
      throw StoreError(.corrupt, "a receipt cannot be made: \(error.message)")
    }
  }
}
