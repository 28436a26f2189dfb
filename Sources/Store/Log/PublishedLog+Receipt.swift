import Records
package import StemmaCrypto
package import TransparencyLog

extension PublishedLog {
  /// Proof that the entry is in the log under a signed checkpoint. Its `extra` is the nonce and the
  /// statement: SHA-256 of it is the entry. Nil where the nonce was destroyed.
  package func receipt(of opening: EntryOpening) async throws(StoreError) -> LogProof? {
    guard let nonce = opening.nonce else { return nil }
    let checkpoint = try await checkpoint(covering: opening.index)
    let hashes = try await inclusionProof(of: opening.index, size: checkpoint.size)
    do throws(LogError) {
      return LogProof(
        extra: nonce + opening.statement.canonicalBytes(), index: opening.index, hashes: hashes,
        checkpoint: try SignedNote(parsing: checkpoint.note))
    } catch {
      throw StoreError(.corrupt, "a receipt cannot be made: \(error.message)")
    }
  }

  /// The proof that entry `index` is in the log of `size` entries, which is no larger than what is published.
  package func inclusionProof(
    of index: Int64, size: Int64
  ) async throws(StoreError) -> [Digest] {
    var hashes: [Tile: [Digest]] = [:]
    for tile in inclusionTiles(index: index, size: size) {
      hashes[tile] = try await self.hashes(of: tile)
    }
    do throws(LogError) {
      return try proveInclusion(index: index, size: size) { hashes[$0] }
    } catch {
      throw StoreError(.corrupt, "entry \(index) cannot be proven: \(error.message)")
    }
  }

  /// What opens the entries at `indices`, as far as there is room: at least the first.
  /// - Throws: `.corrupt` where one of them cannot be read or does not open its entry: somebody altered it.
  package func openings(at indices: ArraySlice<Int64>) async throws(StoreError) -> [EntryOpening] {
    var openings: [EntryOpening] = []
    for row in try await reader.openings(at: Array(indices)) {
      let opening = try row.opening.get()
      guard opening.isIntact != false else {
        throw StoreError(.corrupt, "entry \(opening.index) does not open: the row was altered")
      }
      openings.append(opening)
    }
    guard zip(openings, indices).allSatisfy({ $0.index == $1 }), indices.isEmpty == openings.isEmpty
    else { throw StoreError(.corrupt, "one of the entries at \(indices) is not there") }
    return openings
  }
}
