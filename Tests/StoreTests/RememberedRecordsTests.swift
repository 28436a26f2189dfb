import Records
import StemmaCrypto
import StoreFixtures
import Synchronization
import Testing

@testable import Store

/// Answers of a look-up that remembers are those of one that does not.
@Suite struct RememberedRecordsTests {
  /// Records of which a test says what they are, and which counts how often it is asked.
  private final class Source: RecordLookup {
    struct State {
      var erased: Set<Int64> = []
      var erasure: Int64?
      var asked: [[Int64]] = []
      /// Runs once, after the next look-up has read and before it answers.
      var meanwhile: (@Sendable () async -> Void)?
    }
    let state = Mutex(State())

    func records(at indices: [Int64], withBodies: Bool) async -> [LocatedRecord] {
      let (found, meanwhile) = state.withLock { state in
        state.asked.append(indices)
        defer { state.meanwhile = nil }
        return (
          indices.filter { $0 < 1000 }.map { record($0, isErased: state.erased.contains($0)) },
          state.meanwhile
        )
      }
      await meanwhile?()
      return found
    }

    private func record(_ index: Int64, isErased: Bool) -> LocatedRecord {
      LocatedRecord(
        index: index, namespace: "main", kind: .input,
        digest: SHA256.digest(of: [UInt8(index % 256)]),
        principal: "me", committedAt: Timestamp(microseconds: index), body: nil, isErased: isErased)
    }

    func erase(_ index: Int64, by erasure: Int64) {
      state.withLock {
        $0.erased.insert(index)
        $0.erasure = erasure
      }
    }

    func newestErasure() -> Int64? { state.withLock { $0.erasure } }
    func index(of digest: Digest, in namespaces: [Namespace], below size: Int64) -> Int64? { nil }
    func size(at time: Timestamp) -> Int64 { 0 }
    var asked: [[Int64]] { state.withLock { $0.asked } }
  }

  @Test func whatWasLookedUpIsNotLookedUpAgain() async throws {
    let source = Source()
    let records = RememberedRecords(source)
    #expect(try await records.records(at: [1, 5, 9], withBodies: false).map(\.index) == [1, 5, 9])
    #expect(
      try await records.records(at: [1, 2, 5, 9], withBodies: false).map(\.index) == [1, 2, 5, 9])
    #expect(try await records.records(at: [1, 2, 9], withBodies: false).map(\.index) == [1, 2, 9])
    #expect(source.asked == [[1, 5, 9], [2]])
  }

  @Test func recordsOfOneSlotAreToldApart() async throws {
    let records = RememberedRecords(Source(), capacity: 4)
    for indices in [[1, 5, 9], [5], [1, 9], [0, 1, 2, 3, 4, 5]] as [[Int64]] {
      let found = try await records.records(at: indices, withBodies: false)
      #expect(found.map(\.index) == indices)
      #expect(found.map(\.committedAt.microseconds) == indices)
    }
  }

  @Test func whatIsNotThereIsLeftOut() async throws {
    let records = RememberedRecords(Source())
    for _ in 0..<2 {
      #expect(
        try await records.records(at: [3, 1000, 1001], withBodies: false).map(\.index) == [3])
    }
  }

  @Test func anErasureIsSeenAtOnce() async throws {
    let source = Source()
    let records = RememberedRecords(source)
    _ = try await records.records(at: [1, 2], withBodies: false)
    source.erase(2, by: 7)
    #expect(
      try await records.records(at: [1, 2], withBodies: false).map(\.isErased) == [false, true])
    source.erase(1, by: 8)
    #expect(
      try await records.records(at: [1, 2], withBodies: false).map(\.isErased) == [true, true])
  }

  /// What was read before an erasure and comes back after it was noticed must not stay.
  @Test func whatWasReadBeforeAnErasureIsNotKept() async throws {
    let source = Source()
    let records = RememberedRecords(source)
    let (erased, hasErased) = AsyncStream<Void>.makeStream()
    let (noticed, hasNoticed) = AsyncStream<Void>.makeStream()
    source.state.withLock {
      $0.meanwhile = {
        source.erase(2, by: 7)
        hasErased.finish()
        // Until somebody else has asked since.
        for await _ in noticed {}
      }
    }
    async let slow = records.records(at: [2], withBodies: false)
    for await _ in erased {}
    _ = try await records.records(at: [1], withBodies: false)
    hasNoticed.finish()
    #expect(try await slow.map(\.isErased) == [false])
    #expect(try await records.records(at: [2], withBodies: false).map(\.isErased) == [true])
  }
}
