import Postgres
import StemmaCrypto
import StoreFixtures
import Synchronization
import Testing

@testable import Store

/// Two batches of one ledger: the second is appended while the first, which holds the head, is vouched for.
final class Overlap: Sendable {
  /// What the second batch was told, each time that it was decided.
  private let decisions = Mutex<[BatchFacts]>([])

  struct Ended {
    let first: Result<BatchPlan, StoreError>
    let second: BatchPlan
    /// What the second batch was told, each time that it was decided.
    let told: [BatchFacts]
  }

  /// - Parameters:
  ///   - wait: whether the first batch waits for the second one's first decision.
  ///   - between: what happens before the second batch comes.
  ///   - failure: what then keeps the first batch from being vouched for.
  static func run(
    _ first: [CommitRequest], _ second: [CommitRequest], on ledger: any CommitLedger,
    waitForDecision wait: Bool = true, between: @escaping @Sendable () async -> Void = {},
    failure: StoreError? = nil
  ) async throws -> Ended {
    let overlap = Overlap()
    let (held, hold) = AsyncStream.makeStream(of: Void.self)
    let (decided, decide) = AsyncStream.makeStream(of: Void.self)
    async let later = {
      defer { decide.finish() }
      for await _ in held { break }
      return try await ledger.append(
        BatchPlanner.questions(for: second),
        decide: { facts in
          overlap.decisions.withLock { $0.append(facts) }
          defer { decide.yield() }
          return plan(second, facts)
        }, vouch: { _ in })
    }()
    let result: Result<BatchPlan, StoreError>
    do throws(StoreError) {
      result = .success(
        try await ledger.append(
          BatchPlanner.questions(for: first), decide: { plan(first, $0) },
          vouch: { (_) throws(StoreError) in
            await between()
            hold.yield()
            if wait { for await _ in decided { break } }
            if let failure { throw failure }
          }))
    } catch {
      result = .failure(error)
    }
    let last = try await later
    return Ended(first: result, second: last, told: overlap.decisions.withLock { $0 })
  }

  static func plan(_ requests: [CommitRequest], _ facts: BatchFacts) -> BatchPlan {
    BatchPlanner.plan(
      requests, facts: facts, now: Timestamp(microseconds: 1_700_000_000_000_000),
      random: { randomBytes($0) })
  }
}

extension BatchPlan {
  /// The indices of the records of each request, where it is stored.
  var indices: [[Int64]?] {
    outcomes.map {
      guard case .stored(let answer) = $0 else { return nil }
      return answer.records.map(\.index)
    }
  }

  /// Why each request is refused: the reason and what stands in the way; nil where it is not, or otherwise.
  var conflicts: [CommitRejection.Conflict?] {
    outcomes.map {
      guard case .rejected(.conflicting(let conflicts)) = $0 else { return nil }
      return conflicts.first
    }
  }
}
