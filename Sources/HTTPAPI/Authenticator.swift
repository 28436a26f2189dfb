import StemmaCrypto
package import Store
import Synchronization

/// Who sent a request: turns a bearer key into a principal.
///
/// Keys are `stemma_<id>_<secret>`: the id in clear, the secret 32 random bytes of which only the
/// SHA-256 is stored. A key that was looked up is believed for `lifetime`, so that a revoked one is dead
/// soon after.
package final class Authenticator: Sendable {
  private struct Remembered {
    let key: StoredKey?
    let until: ContinuousClock.Instant
  }

  private let registry: any KeyRegistry
  private let lifetime: Duration
  private let remembered = Mutex<[String: Remembered]>([:])
  /// Unknown ids are remembered too, but not without bound.
  private static let maximumRemembered = 4096

  package init(registry: any KeyRegistry, lifetime: Duration = .seconds(3)) {
    self.registry = registry
    self.lifetime = lifetime
  }

  /// The principal of `token`; nil where it is not a valid key.
  package func principal(of token: some StringProtocol) async throws(StoreError) -> String? {
    guard let key = APIKey(token), let stored = try await lookUp(key.id) else { return nil }
    guard constantTimeEquals(key.secretHash.bytes, stored.secretHash.bytes) else { return nil }
    return stored.principal
  }

  private func lookUp(_ id: String) async throws(StoreError) -> StoredKey? {
    let now = ContinuousClock.now
    if let known = remembered.withLock({ $0[id] }), known.until > now { return known.key }
    let key = try await registry.key(id: id)
    remembered.withLock { remembered in
      if remembered.count >= Self.maximumRemembered { remembered.removeAll() }
      remembered[id] = Remembered(key: key, until: now + lifetime)
    }
    return key
  }
}
