package import StemmaCrypto
import Synchronization
package import TransparencyLog

/// A signer whose checkpoints are shown to witnesses before anybody else sees them.
///
/// What a witness answers decides who sees a checkpoint, never what is signed: the signer has signed before a
/// witness is asked. Cosignatures are verified with the policy's keys before they are believed.
package final class WitnessedSigner: LogSigner {
  /// What to do with a checkpoint that the quorum has not cosigned.
  package enum Shortfall: String, Sendable, CaseIterable {
    /// Give out what there is.
    case publish
    /// Give out nothing. Throws `.noQuorum`; asking again may find more witnesses.
    case hold
  }

  /// What an operator should read.
  package enum Event: Sendable {
    case failed(witness: String, reason: String)
    /// Somebody has seen, or claims to have seen, another history under this log's key.
    case contradicted(witness: String, reason: String)
    /// The quorum was lost, or is there again, with the checkpoint of this size.
    case quorum(isReached: Bool, size: Int64)
  }

  struct State {
    var witnesses: [WitnessState]
    /// The text of the newest checkpoint, and the cosignatures that are known of it, by witness.
    var text: [UInt8] = []
    var cosignatures: [Int: NoteSignature] = [:]
    var hasQuorum: Bool?
    var shortfalls = 0
    /// The size of the last one that was counted: asking for it again makes it no second one.
    var missed: Int64?
  }

  private let signer: any LogSigner
  let reader: any LogReader
  let policy: WitnessPolicy
  let witnesses: [any Witness]
  private let shortfall: Shortfall
  let timing: WitnessTiming
  let clock: @Sendable () -> ContinuousClock.Instant
  private let report: @Sendable (Event) -> Void
  let state: Mutex<State>

  /// - Parameters:
  ///   - reader: where the proofs' tiles come from; what is committed, not only what is published.
  ///   - witnesses: one for each of the policy's, in the same order; fewer than a note has signatures.
  package init(
    signer: any LogSigner, reader: any LogReader, policy: WitnessPolicy,
    witnesses: [any Witness], shortfall: Shortfall, timing: WitnessTiming,
    clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
    report: @escaping @Sendable (Event) -> Void
  ) {
    precondition(
      witnesses.count == policy.witnesses.count
        && witnesses.count < SignedNote.maximumSignatures, "one for each of the policy's")
    self.signer = signer
    self.reader = reader
    self.policy = policy
    self.witnesses = witnesses
    self.shortfall = shortfall
    self.timing = timing
    self.clock = clock
    self.report = report
    state = Mutex(State(witnesses: witnesses.map { _ in WitnessState() }))
  }

  package func prepare(size: Int64, root: Digest, leaves: [Digest]) async throws(StoreError) {
    try await signer.prepare(size: size, root: root, leaves: leaves)
  }

  /// Signs, and asks the witnesses. The checkpoint carries what they cosigned.
  ///
  /// - Throws: as the signer, and `.noQuorum`.
  package func sign(size: Int64, root: Digest) async throws(StoreError) -> SignedCheckpoint {
    var signed = try await signer.sign(size: size, root: root)
    var round = try await ask(about: signed)
    for _ in 0..<Self.overtakings where !round.ahead.isEmpty {
      // Another server of this log may have signed more and shown it first. The signer knows; what it has
      // not signed itself by now, nobody should have cosigned.
      let newest = try await signer.sign(size: size, root: root)
      accuse(round.ahead.filter { $0.value > newest.size }, signed: newest.size)
      guard newest.size > signed.size, !round.hasQuorum else { break }
      signed = newest
      round = try await ask(about: signed)
    }
    settle(round, size: signed.size)
    guard round.hasQuorum || shortfall == .publish else {
      throw StoreError(.noQuorum, "too few witnesses cosigned the checkpoint of \(signed.size)")
    }
    return SignedCheckpoint(size: signed.size, note: round.note.formatNote())
  }

  /// How often another server may be quicker at one commit.
  private static let overtakings = 3

  private func accuse(_ ahead: [Int: Int64], signed size: Int64) {
    for (place, told) in ahead {
      took(
        .contradicted(
          "has cosigned \(told) entries under this log's key, and the signer has signed \(size): its state was set back, or the key is in other hands"
        ), from: place, size: size)
    }
  }

  /// Notes an outcome and tells the operator.
  func took(_ outcome: WitnessOutcome, from place: Int, size: Int64) {
    let now = clock()
    state.withLock { $0.witnesses[place].took(outcome, size: size, at: now, timing) }
    let name = policy.witnesses[place].name
    switch outcome {
    case .contradicted(let reason): report(.contradicted(witness: name, reason: reason))
    case .failed(let reason): report(.failed(witness: name, reason: reason))
    case .cosigned, .ahead: break
    }
  }

  private func settle(_ round: Round, size: Int64) {
    let isNews = state.withLock { state in
      defer { state.hasQuorum = round.hasQuorum }
      if !round.hasQuorum, state.missed != size {
        state.shortfalls += 1
        state.missed = size
      }
      return state.hasQuorum != round.hasQuorum
    }
    if isNews { report(.quorum(isReached: round.hasQuorum, size: size)) }
  }
}

extension WitnessedSigner {
  /// How each witness stands, in the policy's order.
  package var standings: [WitnessStanding] {
    let states = state.withLock { $0.witnesses }
    return zip(policy.witnesses, states).map { witness, state in
      WitnessStanding(
        name: witness.name, asked: state.counters.asked, cosigned: state.counters.cosigned,
        failed: state.counters.failed, size: state.size)
    }
  }

  /// How many checkpoints the quorum did not cosign.
  package var shortfalls: Int { state.withLock { $0.shortfalls } }

  /// Whether the newest checkpoint lacks the quorum and some witness can be asked again, so that signing
  /// once more may help.
  package var isWorthAnotherTry: Bool {
    let now = clock()
    return state.withLock { state in
      state.hasQuorum == false
        && state.witnesses.indices.contains {
          state.cosignatures[$0] == nil && state.witnesses[$0].isDue(at: now)
        }
    }
  }

  /// What an operator must know as long as it is so.
  package var warnings: [String] {
    let (states, hasQuorum) = state.withLock { ($0.witnesses, $0.hasQuorum) }
    let contradictions = zip(policy.witnesses, states).compactMap { witness, state in
      state.contradiction.map { "witness \(witness.name) contradicts the log: \($0)" }
    }
    guard hasQuorum == false else { return contradictions }
    let consequence =
      shortfall == .hold ? "commits are held" : "the checkpoint is published all the same"
    return contradictions + ["too few witnesses cosigned the newest checkpoint; \(consequence)"]
  }
}
