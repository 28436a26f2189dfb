package import StemmaCrypto

/// Bytes by digest, in a namespace.
///
/// Durability: `finish` returns after the content is durable. All or nothing: an upload that is not
/// finished leaves nothing behind, whatever ends it.
package protocol ContentStorage: Sendable {
  /// Begins an upload.
  /// - Throws: `.overloaded` where too many are under way.
  func beginUpload(in namespace: Namespace) async throws(StoreError) -> any ContentUpload

  /// Size and whether the bytes are here; nil where they are not.
  func content(_ digest: Digest, in namespace: Namespace) async throws(StoreError) -> StoredContent?

  /// Bytes `range` of a content found by `content(_:in:)`, at most `ContentLimits.readSize` of
  /// them (less where a chunk ends): the caller asks again for the rest.
  func read(_ content: StoredContent, from offset: Int64) async throws(StoreError) -> [UInt8]

  /// Where else it lies, and whether any record of the namespace names it; nil where neither it nor a
  /// hint nor a record is there.
  func whereabouts(
    of digest: Digest, in namespace: Namespace
  ) async throws(StoreError) -> Whereabouts?

  /// Replaces the hints.
  func setLocations(
    _ locations: [String], of digest: Digest, in namespace: Namespace, now: Timestamp
  ) async throws(StoreError)
}

/// One upload under way: owned by one task.
package protocol ContentUpload: Sendable {
  /// Stores the next piece; any size.
  func write(_ bytes: [UInt8]) async throws(StoreError)

  /// Makes it durable under the digest of what was written, and says whether it is new here. Where that
  /// content was erased nothing is stored.
  func finish(digest: Digest, size: Int64, now: Timestamp) async throws(StoreError) -> Bool

  /// Leaves nothing behind. May be called after `finish`, and then does nothing.
  func abort() async
}

package struct StoredContent: Sendable {
  package let digest: Digest
  package let size: Int64
  /// The adapter's own: where the bytes lie.
  package let place: Place

  package enum Place: Sendable {
    case inline([UInt8])
    case chunks(upload: Int64, chunkSize: Int64)
  }

  package init(digest: Digest, size: Int64, place: Place) {
    self.digest = digest
    self.size = size
    self.place = place
  }
}

package struct Whereabouts: Sendable {
  package enum State: String, Sendable {
    case here, elsewhere, missing, erased
  }

  package let state: State
  package let locations: [String]
  /// The record that says why, where it was erased; nil while no checkpoint covers that.
  package let erasure: Digest?

  package init(state: State, locations: [String], erasure: Digest? = nil) {
    self.state = state
    self.locations = locations
    self.erasure = erasure
  }
}
