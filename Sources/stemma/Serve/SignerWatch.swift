import EmbeddedPostgres
import ServiceLifecycle
import Signer

/// Ends the service when the signer inside it has stopped: what is on its disk is not known then, and only a
/// new start, which reads it back, can go on.
struct SignerWatch: Service {
  let signer: FileSigner

  func run() async throws {
    try await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        if let reason = await signer.status().stopped {
          throw EmbeddedError("the log's signer has stopped: \(reason)")
        }
        // Cancelled is no failure: the loop ends.
        try? await Task.sleep(for: .seconds(1))
      }
    }
  }
}
