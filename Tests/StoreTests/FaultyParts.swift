import StemmaCrypto
import StoreFixtures
import Synchronization

@testable import Store

/// A step of a commit that can fail, and how.
struct Fault: Hashable, Sendable, CustomStringConvertible {
  enum Step: CaseIterable { case append, prepare, sign, publish }

  let step: Step
  /// Whether the step was done all the same: only its answer was lost.
  let persists: Bool

  var description: String { "\(step) fails\(persists ? " but persisted" : "")" }

  static let all = Step.allCases.flatMap { step in
    [false, true].map { Fault(step: step, persists: $0) }
  }
}

/// Fails each planned fault once, in order.
final class Saboteur: Sendable {
  private let plan: Mutex<[Fault]>

  init(_ plan: [Fault]) { self.plan = Mutex(plan) }

  /// Whether everything planned has failed.
  var isDone: Bool { plan.withLock { $0.isEmpty } }

  /// Runs `body` unless the step's turn to fail has come.
  func around<Value>(
    _ step: Fault.Step, _ body: () async throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    let fault = plan.withLock { plan in
      plan.first?.step == step ? plan.removeFirst() : nil
    }
    guard let fault else { return try await body() }
    if fault.persists { _ = try await body() }
    // A ledger whose answer was lost does not know whether it committed.
    throw StoreError(
      step == .append && fault.persists ? .outcomeUnknown : .unavailable, "\(fault)")
  }
}

struct FaultyLedger: CommitLedger {
  let ledger: MemoryLedger
  let saboteur: Saboteur

  func append(
    _ questions: BatchQuestions, decide: @escaping @Sendable (BatchFacts) -> BatchPlan,
    vouch: @escaping @Sendable (BatchPlan) async throws(StoreError) -> Void
  ) async throws(StoreError) -> BatchPlan {
    try await saboteur.around(.append) { () async throws(StoreError) in
      try await ledger.append(questions, decide: decide, vouch: vouch)
    }
  }

  func publish(_ checkpoint: SignedCheckpoint) async throws(StoreError) {
    try await saboteur.around(.publish) { () async throws(StoreError) in
      try await ledger.publish(checkpoint)
    }
  }
}

struct FaultySigner: LogSigner {
  let signer: any LogSigner
  let saboteur: Saboteur

  func prepare(size: Int64, root: Digest, leaves: [Digest]) async throws(StoreError) {
    try await saboteur.around(.prepare) { () async throws(StoreError) in
      try await signer.prepare(size: size, root: root, leaves: leaves)
    }
  }

  func sign(size: Int64, root: Digest) async throws(StoreError) -> SignedCheckpoint {
    try await saboteur.around(.sign) { () async throws(StoreError) in
      try await signer.sign(size: size, root: root)
    }
  }
}
