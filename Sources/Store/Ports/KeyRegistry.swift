package import StemmaCrypto

/// API keys, kept hashed.
package protocol KeyRegistry: Sendable {
  /// Principal and secret hash of a key that is not revoked; nil where there is none.
  func key(id: String) async throws(StoreError) -> StoredKey?

  /// Adds a key. Durable on return.
  func add(_ key: StoredKey, now: Timestamp) async throws(StoreError)

  /// Whether any key is there that is not revoked.
  func hasKeys() async throws(StoreError) -> Bool
}

package struct StoredKey: Sendable {
  package let id: String
  /// SHA-256 of the secret.
  package let secretHash: Digest
  package let principal: String

  package init(id: String, secretHash: Digest, principal: String) {
    self.id = id
    self.secretHash = secretHash
    self.principal = principal
  }
}
