import ServiceLifecycle
import Store

/// Shows a checkpoint that lacks the quorum to the witnesses again: nobody may commit for a long time, and what
/// is held, or published with less than an auditor asks for, would stay so.
struct WitnessRetry: Service {
  private static let interval = Duration.seconds(1)

  let witnesses: WitnessedSigner
  let committer: GroupCommitter

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        try? await Task.sleep(for: Self.interval)
        // What fails is told by the signer's own reports, and tried again.
        if witnesses.isWorthAnotherTry { _ = try? await committer.recover() }
      }
    }
  }
}
