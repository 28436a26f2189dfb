import StemmaCrypto
import Store
import Testing

/// What `RebuildStorage` promises of rebuilds as a whole.
@Suite struct RebuildStorageTests {
  @Test func whatWasStoredIsRead() async throws {
    let store = try await RebuildsUnderTest()
    let id = try await store.make(after: [[], [0], [0, 1]], priority: 3, deviceClass: "gpu")
    for _ in 0..<2 {
      let rebuild = try #require(try await store.storage.rebuild(id, in: store.namespace))
      #expect(rebuild.id == id && rebuild.what == "stale" && rebuild.priority == 3)
      #expect(rebuild.at == 7 && rebuild.createdBy == "tests" && rebuild.cancelledAt == nil)
      #expect(rebuild.createdAt == RebuildsUnderTest.time(0))
      #expect(
        rebuild.counts == [
          .init(state: .ready, deviceClass: "gpu", items: 1),
          .init(state: .waiting, deviceClass: "gpu", items: 2),
        ])
      let items = try await store.storage.items(
        of: id, state: nil, after: -1, limit: 10, in: store.namespace)
      #expect(items.items.map(\.after) == [[], [0], [0, 1]] && !items.hasMore)
      #expect(
        items.items.map(\.expected) == [.init(deviceClass: "cpu", milliseconds: 1500), nil, nil])
      // Said again, it is the same.
      try await store.make(after: [[], [0], [0, 1]], priority: 3, deviceClass: "gpu")
    }
    let other = try #require(Namespace("other"))
    #expect(try await store.storage.rebuild(id, in: other) == nil)
    #expect(
      try await store.storage.items(of: id, state: nil, after: -1, limit: 10, in: other)
        .items.isEmpty)
  }

  @Test func listsAreReadInPages() async throws {
    let store = try await RebuildsUnderTest()
    for number in 1...5 { try await store.make(UInt8(number), after: [[]]) }
    var seen: [WorkID] = []
    var after: Int64?
    while true {
      let page = try await store.storage.rebuilds(after: after, limit: 2, in: store.namespace)
      seen += page.items.map(\.id)
      after = page.items.last?.place
      guard page.hasMore else { break }
    }
    #expect(seen == [5, 4, 3, 2, 1].map(RebuildsUnderTest.id))
    let id = try await store.make(6, after: [[], [0], [], [2]])
    let waiting = try await store.storage.items(
      of: id, state: .waiting, after: -1, limit: 1, in: store.namespace)
    #expect(waiting.items.map(\.number) == [1] && waiting.hasMore)
    let rest = try await store.storage.items(
      of: id, state: .waiting, after: 1, limit: 1, in: store.namespace)
    #expect(rest.items.map(\.number) == [3] && !rest.hasMore)
  }

  @Test func whatIsCancelledIsNotLeasedAndWhatIsLeasedMayBeFinished() async throws {
    let store = try await RebuildsUnderTest()
    let id = try await store.make(after: [[], [], [0]])
    let leased = try await store.lease()
    #expect(
      try await store.storage.cancel(id, in: store.namespace, now: RebuildsUnderTest.time(1)))
    #expect(try await store.lease().isEmpty)
    #expect(try await store.states(of: id) == [.leased, .cancelled, .cancelled])
    let output = RebuildsUnderTest.view(100)
    #expect(
      try await store.storage.finish(leased[0].lease, .done(output: output), in: store.namespace))
    #expect(try await store.states(of: id) == [.done, .cancelled, .cancelled])
    let rebuild = try await store.storage.rebuild(id, in: store.namespace)
    #expect(rebuild?.cancelledAt == RebuildsUnderTest.time(1))
    #expect(
      try await !store.storage.cancel(
        RebuildsUnderTest.id(99), in: store.namespace, now: RebuildsUnderTest.time(1)))
  }

  @Test func whatIsCancelledDoesNotComeAgain() async throws {
    let store = try await RebuildsUnderTest()
    let id = try await store.make(after: [[], []])
    let leased = try await store.lease(2)
    _ = try await store.storage.cancel(id, in: store.namespace, now: RebuildsUnderTest.time(1))
    #expect(
      try await store.storage.finish(
        leased[0].lease, .failed(reason: "exit", complaint: []), in: store.namespace))
    #expect(try await store.lease(2, at: 61).isEmpty)
    #expect(try await store.states(of: id) == [.cancelled, .cancelled])
  }

  @Test func theBacklogCountsWhatIsOpen() async throws {
    let store = try await RebuildsUnderTest()
    try await store.make(after: [[], [0], []])
    try await store.make(2, after: [[]], deviceClass: "gpu")
    _ = try await store.lease(deviceClass: "gpu")
    #expect(
      try await store.storage.backlog() == [
        Backlog(deviceClass: nil, items: 2, leased: 0, failed: 0, milliseconds: 0),
        Backlog(deviceClass: "cpu", items: 0, leased: 1, failed: 0, milliseconds: 0),
        Backlog(deviceClass: "gpu", items: 1, leased: 0, failed: 0, milliseconds: 1500),
      ])
  }
}
