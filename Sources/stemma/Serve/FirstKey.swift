import EmbeddedPostgres
import Logging
import StemmaCrypto
import Store

/// The key that the first start makes: there is no default credential.
enum FirstKey {
  /// Makes `admin.key` (0600) where the database has no key. Only the secret's hash goes there.
  static func makeIfNeeded(
    in directory: DataDirectory, _ keys: any KeyRegistry, _ logger: Logger
  ) async throws {
    guard try await !keys.hasKeys() else { return }
    guard let key = APIKey(random: randomBytes(38)) else {
      throw EmbeddedError("a random key could not be made")
    }
    // The file first: a key that nobody holds would lock everybody out.
    try directory.write(key.text + "\n", to: directory.adminKeyPath, mode: 0o600)
    try await keys.add(
      StoredKey(id: key.id, secretHash: key.secretHash, principal: "admin"), now: WallClock.now())
    logger.info("made the first key", metadata: ["file": "\(directory.adminKeyPath)"])
  }
}
