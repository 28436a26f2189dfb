import Canonical
import NIOCore
import NIOHTTP1
import Synchronization
import Worker

/// A lease, renewed at a third of its time while its work goes on.
final class LeaseHold: Sendable {
  /// Seconds of a lease. A worker that is killed holds its item up for so long.
  static let seconds: Int64 = 30

  let lease: String
  private let client: StemmaClient
  private let run: ExecutorRun
  private let lost = Mutex(false)

  init(_ lease: String, _ client: StemmaClient, stopping run: ExecutorRun) {
    (self.lease, self.client, self.run) = (lease, client, run)
  }

  /// Somebody else may be at the item: what is made now may not be needed.
  var isLost: Bool { lost.withLock { $0 } }

  /// Renews until it is cancelled. A server that is away is asked again: a lease that is over is as good as one that is
  /// not, as long as nobody took the item.
  func keep() async {
    while (try? await Task.sleep(for: .seconds(Self.seconds) / 3)) != nil {
      do {
        // One that hangs must not keep the next one from being sent.
        _ = try await client.send(.PUT, "leases/\(lease)", timeout: .seconds(5))
      } catch let failure as CommandFailure where failure.code == "lease_lost" {
        lost.withLock { $0 = true }
        run.stop()
        return
      } catch {
        continue
      }
    }
  }
}
