import EmbeddedPostgres
import Postgres

/// A database that is coming up: after its own start, or after ours.
enum DatabaseStart {
  /// Returns when a connection works.
  /// - Throws: the last reason, when `limit` is over.
  static func wait(for worker: PostgresWorker, upTo limit: Duration) async throws {
    let end = ContinuousClock.now + limit
    while true {
      do throws(PostgresError) {
        try await worker.run(deadline: .in(.seconds(5))) { (_, _) throws(PostgresError) in }
        return
      } catch {
        guard ContinuousClock.now < end else {
          throw EmbeddedError("the database does not answer: \(error.message)")
        }
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }
}
