import Dispatch
import EmbeddedPostgres
import Logging
import ServiceLifecycle

/// Starts the private PostgreSQL again when it dies. Its end is waited for on a thread of its own.
struct PostgresSupervisor: Service {
  let embedded: EmbeddedPostgres
  let logger: Logger

  func run() async throws {
    // Ends with the group: what stops PostgreSQL comes after the last commit, in ServiceRun.
    try await cancelWhenGracefulShutdown {
      while !Task.isCancelled, await nextExit() {
        try await Task.sleep(for: .milliseconds(200))
        let status = try embedded.restart()
        logger.error("PostgreSQL ended; started it again", metadata: ["status": "\(status)"])
      }
    }
  }

  /// False where there is nothing more to watch.
  private func nextExit() async -> Bool {
    let (exits, continuation) = AsyncStream.makeStream(of: Bool.self)
    let embedded = embedded
    DispatchQueue(label: "stemma-postgres-exit").async {
      continuation.yield(embedded.waitForExit())
      continuation.finish()
    }
    // Cancellation ends the wait here; the thread ends with the process it waits for.
    for await isCrash in exits { return isCrash }
    return false
  }
}
