import Synchronization
import TransparencyLog

@testable import Store

/// A log, its witnesses, a policy over them, and a server that asks them.
struct Setting {
  let log: GrowingLog
  let witnesses: [MemoryWitness]
  let policy: WitnessPolicy
  let signer: WitnessedSigner
  private let seen: Seen

  private final class Seen: Sendable {
    let state = Mutex((events: [String](), now: ContinuousClock.now))
  }

  /// - Parameter threshold: of the quorum: `any`, `all` or a number.
  init(
    _ threshold: String, _ witnesses: [MemoryWitness],
    _ shortfall: WitnessedSigner.Shortfall = .publish, log: GrowingLog? = nil,
    signer: (any LogSigner)? = nil, timing: WitnessTiming? = nil
  ) throws {
    let log = try log ?? GrowingLog()
    let keys = witnesses.map(\.key.verifierKey)
    let lines =
      ["log \(log.key.verifierKey)"] + keys.map { "witness \($0.name) \($0)" }
      + ["group g \(threshold) " + keys.map(\.name).joined(separator: " "), "quorum g", ""]
    var quick = WitnessTiming()
    quick.deadline = .milliseconds(200)
    quick.grace = .milliseconds(20)
    quick.firstPause = .seconds(600)
    quick.longestPause = .seconds(600)
    let seen = Seen()
    self.log = log
    self.witnesses = witnesses
    self.seen = seen
    policy = try WitnessPolicy(parsing: Array(lines.joined(separator: "\n").utf8))
    self.signer = WitnessedSigner(
      signer: signer ?? log, reader: log, policy: policy, witnesses: witnesses,
      shortfall: shortfall, timing: timing ?? quick,
      clock: { seen.state.withLock { $0.now } }
    ) { event in
      seen.state.withLock { state in
        switch event {
        case .failed(let witness, _): state.events.append("failed \(witness)")
        case .contradicted(let witness, _): state.events.append("contradicted \(witness)")
        case .quorum(let isReached, let size): state.events.append("quorum \(isReached) \(size)")
        }
      }
    }
  }

  /// What an operator was told, in short.
  var events: [String] { seen.state.withLock { $0.events } }

  func sign(_ size: Int64) async throws(StoreError) -> SignedCheckpoint {
    try await signer.sign(size: size, root: log.root(of: size))
  }

  /// Lets the longest pause go by.
  func leaveNobodyAlone() { seen.state.withLock { $0.now += .seconds(600) } }

  func isSatisfied(by checkpoint: SignedCheckpoint) -> Bool {
    (try? SignedNote(parsing: checkpoint.note)).map { policy.isSatisfied(by: $0) } ?? false
  }
}
