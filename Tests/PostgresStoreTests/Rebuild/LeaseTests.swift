import StemmaCrypto
import Store
import Testing

/// What `RebuildStorage` promises of leases.
@Suite struct LeaseTests {
  private let output = RebuildsUnderTest.view(100)

  @Test func whatWaitsIsReadyWhenAllItWaitsForIsDone() async throws {
    let store = try await RebuildsUnderTest()
    let id = try await store.make(after: [[], [], [0, 1], [2]])
    let leased = try await store.lease(10)
    #expect(leased.map(\.item.number) == [0, 1])
    #expect(leased.allSatisfy { $0.item.attempts == 1 && $0.item.leasedBy == "tests" })
    #expect(leased.allSatisfy { $0.item.expiresAt == RebuildsUnderTest.time(60) })
    for (lease, states) in zip(
      leased,
      [
        [.done, .leased, .waiting, .waiting], [.done, .done, .ready, .waiting],
      ] as [[RebuildItem.State]])
    {
      // Said twice, it is said once: a second count would make ready what still waits.
      for _ in 0..<2 {
        #expect(
          try await store.storage.finish(lease.lease, .done(output: output), in: store.namespace))
        #expect(try await store.states(of: id) == states)
      }
    }
    #expect(try await store.lease(10).map(\.item.number) == [2])
  }

  /// Each worker takes what it finds, and finishes it at once, until nothing is left.
  @Test func noTwoWorkersGetTheSame() async throws {
    let store = try await RebuildsUnderTest(connections: 8)
    let chains = (0..<100).map { place in place % 4 == 0 ? [] : [Int32(place - 1)] }
    let id = try await store.make(after: chains)
    let taken = try await withThrowingTaskGroup(of: [Int32].self) { group in
      for _ in 0..<8 {
        group.addTask {
          var mine: [Int32] = []
          while true {
            let leased = try await store.lease(3)
            for lease in leased {
              mine.append(lease.item.number)
              let ended = try await store.storage.finish(
                lease.lease, .done(output: self.output), in: store.namespace)
              #expect(ended)
            }
            if leased.isEmpty {
              let states = try await store.states(of: id)
              if states.allSatisfy({ $0 == .done }) { return mine }
            }
          }
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(taken.sorted() == (0..<100).map(Int32.init))
  }

  @Test func aLeaseThatIsOverIsTakenUpByAnother() async throws {
    let store = try await RebuildsUnderTest()
    try await store.make(after: [[]])
    let first = try await store.lease()[0]
    #expect(
      try await store.storage.renew(
        first.lease, in: store.namespace, now: RebuildsUnderTest.time(30))
        == RebuildsUnderTest.time(90))
    #expect(try await store.lease(at: 89).isEmpty)
    let second = try await store.lease(at: 90)[0]
    #expect(second.item.id == first.item.id && second.item.attempts == 2)
    #expect(
      try await store.storage.renew(
        first.lease, in: store.namespace, now: RebuildsUnderTest.time(91)) == nil)
    #expect(
      try await !store.storage.finish(first.lease, .done(output: output), in: store.namespace))
    #expect(
      try await !store.storage.finish(
        first.lease, .failed(reason: "late", complaint: []), in: store.namespace))
    #expect(
      try await store.storage.finish(second.lease, .done(output: output), in: store.namespace))
  }

  @Test func whoIsLateWithoutASuccessorIsNotTooLate() async throws {
    let store = try await RebuildsUnderTest()
    let id = try await store.make(after: [[]])
    let lease = try await store.lease()[0]
    // Another worker's call ends the lease, and takes nothing: it cannot run this.
    #expect(try await store.lease(at: 61, executors: ["other"]).isEmpty)
    #expect(try await store.states(of: id) == [.ready])
    #expect(
      try await store.storage.finish(lease.lease, .done(output: output), in: store.namespace))
    #expect(try await store.states(of: id) == [.done])
  }

  @Test func theSameLeaseAskedForTwiceIsGivenOnce() async throws {
    let store = try await RebuildsUnderTest()
    try await store.make(after: [[], []])
    let request = LeaseRequest(
      worker: "tests", deviceClass: "cpu", executors: ["score"],
      leases: [RebuildsUnderTest.id(50)], seconds: 60, now: RebuildsUnderTest.time(0))
    let first = try await store.storage.lease(request, in: store.namespace)
    let again = try await store.storage.lease(request, in: store.namespace)
    #expect(first.map(\.item.id) == again.map(\.item.id) && first.count == 1)
    #expect(again[0].item.attempts == 1)
  }

  @Test func whatFailsTooOftenIsSetAsideAndWhatWaitsForItIsListed() async throws {
    let store = try await RebuildsUnderTest()
    let id = try await store.make(after: [[], [0], [1], []])
    for attempt in 1...3 {
      let leased = try await store.lease()
      #expect(leased.map(\.item.attempts) == [Int32(attempt)])
      for _ in 0..<2 {
        #expect(
          try await store.storage.finish(
            leased[0].lease, .failed(reason: "exit", complaint: Array("no \(attempt)".utf8)),
            in: store.namespace))
      }
    }
    #expect(try await store.states(of: id) == [.failed, .listed, .listed, .ready])
    let items = try await store.storage.items(
      of: id, state: nil, after: -1, limit: 10, in: store.namespace
    ).items
    #expect(items[0].reason == "exit" && items[0].complaint == Array("no 3".utf8))
    #expect(items[1].reason == "waits_for_listed")
  }

  /// A worker that dies of its item never says so.
  @Test func whatKillsItsWorkersIsSetAside() async throws {
    let store = try await RebuildsUnderTest()
    let id = try await store.make(after: [[], [0]])
    for attempt in 0..<10 {
      #expect(try await store.lease(at: Int64(attempt) * 60).count == 1)
    }
    #expect(try await store.lease(at: 600).isEmpty)
    #expect(try await store.states(of: id) == [.failed, .listed])
  }

  /// Machines that go away are no failures of the work.
  @Test func aLeaseThatRanOutIsNoFailure() async throws {
    let store = try await RebuildsUnderTest()
    let id = try await store.make(after: [[]])
    var last: WorkID?
    for attempt in 0..<5 { last = try await store.lease(at: Int64(attempt) * 60)[0].lease }
    let lease = try #require(last)
    for _ in 0..<2 {
      _ = try await store.storage.finish(
        lease, .failed(reason: "exit", complaint: []), in: store.namespace)
    }
    #expect(try await store.states(of: id) == [.ready], "once said, and said again")
  }

  @Test func aLongComplaintKeepsItsEnd() async throws {
    let store = try await RebuildsUnderTest()
    let id = try await store.make(after: [[]])
    let lease = try await store.lease()[0].lease
    let complaint = Array(repeating: UInt8(0), count: 100_000) + Array("the end".utf8)
    _ = try await store.storage.finish(
      lease, .failed(reason: "exit", complaint: complaint), in: store.namespace)
    let kept = try await store.storage.items(
      of: id, state: nil, after: -1, limit: 1, in: store.namespace
    ).items[0].complaint
    #expect(kept == Array(complaint.suffix(RebuildItem.maximumComplaint)))
  }

  @Test func whatTurnsOutToBeImpossibleIsListed() async throws {
    let store = try await RebuildsUnderTest()
    let id = try await store.make(after: [[], [0]])
    let lease = try await store.lease()[0].lease
    #expect(
      try await store.storage.finish(
        lease, .listed(reason: "no_replacement"), in: store.namespace))
    #expect(try await store.states(of: id) == [.listed, .listed])
  }

  @Test func thePriorityGoesFirstThenTheOldest() async throws {
    let store = try await RebuildsUnderTest()
    try await store.make(1, after: [[], []])
    try await store.make(2, after: [[]], priority: 5)
    try await store.make(3, after: [[]], priority: -1)
    let items = try await store.lease(10).map(\.item.id)
    let expected = [(2, 0), (1, 0), (1, 1), (3, 0)].map { rebuild, item in
      WorkID(deriving: "item \(item)", from: RebuildsUnderTest.id(UInt8(rebuild)))
    }
    #expect(items == expected)
  }

  @Test func aWorkerGetsWhatItCanRunWhereItMayRun() async throws {
    let store = try await RebuildsUnderTest()
    let gpu = try await store.make(1, after: [[]], deviceClass: "gpu")
    let any = try await store.make(2, after: [[]], executor: "train")
    #expect(try await store.lease(10).isEmpty, "another executor, or another class")
    #expect(try await store.lease(10, deviceClass: "gpu", rebuild: any).isEmpty)
    #expect(try await store.lease(10, deviceClass: "gpu", rebuild: gpu).count == 1)
    #expect(try await store.lease(10, executors: ["score", "train"]).count == 1)
  }

  @Test func aLeaseIsOfItsNamespace() async throws {
    let store = try await RebuildsUnderTest()
    try await store.make(after: [[]])
    let lease = try await store.lease()[0].lease
    let other = try #require(Namespace("other"))
    let now = RebuildsUnderTest.time(1)
    #expect(try await store.storage.renew(lease, in: other, now: now) == nil)
    #expect(try await store.storage.item(under: lease, in: other) == nil)
    #expect(try await !store.storage.finish(lease, .done(output: output), in: other))
    #expect(try await !store.storage.aim(lease, at: output, in: other))
    #expect(try await store.storage.aim(lease, at: output, in: store.namespace))
    #expect(try await store.storage.item(under: lease, in: store.namespace)?.viewTo == output)
  }
}
