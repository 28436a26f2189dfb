import Lineage
import LineageIndex
import Records
import Store
import StoreFixtures
import Synchronization
import Testing

@Suite struct IndexedLineageTests {
  /// Readers beside the appender: each gets exactly the snapshot that it asks for, however far the index is.
  @Test func readersBesideTheAppenderSeeTheirSnapshot() async throws {
    let history = try RandomHistory(seed: 11, records: 600)
    let index = LineageIndex(byteLimit: .max)
    try await withThrowingTaskGroup(of: [String].self) { group in
      for reader in 0..<8 {
        group.addTask {
          var suite = LineageConformance(
            WholeIndex(index: index), like: history.graph, seed: UInt64(reader))
          while index.size.records < 600 {
            let known = Int(index.size.records)
            if known > 0 { try await suite.ask(1, newest: known) }
            await Task.yield()
          }
          return suite.differences
        }
      }
      group.addTask {
        for size in 1...600 {
          let known = index.size.records
          try index.append(try await history.graph.block(from: known, below: Int64(size), limit: 1))
          await Task.yield()
        }
        return []
      }
      for try await differences in group { #expect(differences.isEmpty, "\(differences)") }
    }
  }

  /// An index that follows: queries of what it does not have yet wait for it, and read the feed once for all.
  @Test func queriesWaitForTheirRecords() async throws {
    let history = try RandomHistory(seed: 12, records: 400)
    let feed = TestFeed(history.graph)
    try await Self.following(feed) { engine, reports in
      feed.publish(300)
      while engine.standing?.loadTime == nil { try await Task.sleep(for: .milliseconds(10)) }
      #expect(reports.all == ["loaded 300"])
      let reads = feed.state.withLock { $0.reads }
      feed.publish(400)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<50 {
          group.addTask {
            let query = LineageQuery(
              start: [399], direction: .up, size: 400,
              namespaces: ["main", "base", "team", "apart"])
            let (answer, plain) = (
              try await engine.walk(query), try await history.graph.walk(query)
            )
            #expect(answer.nodes == plain.nodes)
          }
        }
        try await group.waitForAll()
      }
      feed.state.withLock {
        #expect($0.reads - reads <= 5)
        #expect($0.mostReaders == 1)
      }
      var suite = LineageConformance(engine, like: history.graph, seed: 3)
      try await suite.ask(50)
      #expect(suite.differences.isEmpty, "\(suite.differences.first ?? "")")
    }
  }

  @Test func aFeedThatFailsIsReadAgain() async throws {
    let history = try RandomHistory(seed: 13, records: 60)
    let feed = TestFeed(history.graph)
    feed.publish(60)
    feed.state.withLock { $0.error = StoreError(.unavailable, "away") }
    try await Self.following(feed, patience: .milliseconds(400)) { engine, reports in
      await #expect(throws: StoreError(.unavailable, "")) { try await engine.walk(Self.query(60)) }
      #expect(reports.all == ["feed failed: unavailable"])
      let fallback = FallbackLineage(index: engine, fallback: history.graph)
      _ = try await fallback.walk(Self.query(60))
      #expect(fallback.standing.answers["sql"] == 1)
      feed.state.withLock { $0.error = nil }
      while engine.standing?.loadTime == nil { try await Task.sleep(for: .milliseconds(10)) }
      _ = try await fallback.walk(Self.query(60))
      #expect(fallback.standing.answers["index"] == 1)
    }
  }

  /// A gap, a reference forwards, no room: the index never answers again, and the other engine does.
  @Test(arguments: ["gap", "forwards", "nothing", "missing", "full"])
  func stepsAside(fault: String) async throws {
    let history = try RandomHistory(seed: 14, records: 60)
    let feed = TestFeed(history.graph)
    var error = "corrupt"
    var byteLimit = Int.max
    switch fault {
    case "gap": feed.state.withLock { $0.block = Self.block(from: 31, target: 0) }
    case "forwards": feed.state.withLock { $0.block = Self.block(from: 0, target: 5) }
    case "nothing": feed.state.withLock { $0.block = EdgeBlock(firstIndex: 0) }
    case "missing": feed.state.withLock { $0.error = StoreError(.corrupt, "record 3 is missing") }
    default:
      error = "unavailable"
      byteLimit = 0
    }
    feed.publish(60)
    try await Self.following(feed, byteLimit: byteLimit) { engine, reports in
      #expect(await Self.fails(engine, at: 60) == error)
      #expect(reports.all == ["stepped aside: \(error)"])
      #expect(engine.standing == nil)
      #expect(engine.lag(to: 1) == nil)
      let fallback = FallbackLineage(index: engine, fallback: history.graph)
      var suite = LineageConformance(fallback, like: history.graph, seed: 3)
      try await suite.ask(5)
      #expect(suite.differences.isEmpty)
      #expect(fallback.standing.index == nil)
    }
  }

  // MARK: - Helpers

  private static func fails(_ engine: IndexedLineage, at size: Int64) async -> String? {
    do throws(StoreError) {
      _ = try await engine.walk(query(size))
      return nil
    } catch {
      return error.code.name
    }
  }

  private static func query(_ size: Int64) -> LineageQuery {
    LineageQuery(start: [size - 1], direction: .up, size: size, namespaces: ["main"])
  }

  private static func block(from index: Int64, target: Int64) -> EdgeBlock {
    var block = EdgeBlock(firstIndex: index)
    block.append(kind: .view, namespace: "main")
    block.append(target: target, member: .viewModel, role: nil)
    return block
  }

  /// Runs `body` with an engine that follows `feed`.
  private static func following(
    _ feed: TestFeed, byteLimit: Int = .max, patience: Duration = .seconds(10),
    _ body: (IndexedLineage, Reports) async throws -> Void
  ) async throws {
    let reports = Reports()
    let engine = IndexedLineage(
      feed: feed, byteLimit: byteLimit, patience: patience,
      published: { () async throws(StoreError) in feed.published() }
    ) { reports.add($0) }
    let follower = Task { await engine.run() }
    do {
      try await body(engine, reports)
    } catch {
      follower.cancel()
      throw error
    }
    follower.cancel()
    await follower.value
    #expect(await fails(engine, at: 1) != nil)
  }
}
