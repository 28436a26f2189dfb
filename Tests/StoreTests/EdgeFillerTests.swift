import Synchronization
import Testing

@testable import Store

@Suite struct EdgeFillerTests {
  /// Ten records at a time, as long as `turns` lasts; then another server has it.
  private final class TableOfTens: EdgeStorage {
    let state: Mutex<(filled: Int64, turns: Int)>
    let published: Int64

    init(published: Int64, turns: Int = .max) {
      self.published = published
      state = Mutex((0, turns))
    }

    func progress() async -> EdgeProgress {
      EdgeProgress(filled: state.withLock { $0.filled }, published: published)
    }

    func fill() async -> EdgeProgress? {
      let isMine = state.withLock { state in
        state.turns -= 1
        if state.turns >= 0 { state.filled = min(state.filled + 10, published) }
        return state.turns >= 0
      }
      return isMine ? await progress() : nil
    }
  }

  @Test func fillsAsFarAsIsWaitedFor() async throws {
    let table = TableOfTens(published: 95)
    let filler = EdgeFiller(storage: table)
    try await filler.fill(to: 31, by: .now + .seconds(60))
    #expect(await table.progress().filled == 40)
    try await filler.fill(to: 95, by: .now + .seconds(60))
    #expect(await table.progress().filled == 95)
  }

  @Test func leavesItToAnotherServerAndSaysHowFarItIs() async throws {
    let table = TableOfTens(published: 95, turns: 2)
    let error = await #expect(throws: StoreError.self) {
      try await EdgeFiller(storage: table).fill(to: 95, by: .now + .milliseconds(50))
    }
    #expect(error?.code == .unavailable)
    #expect(error?.message.contains("20 of 95") == true)
    // Somebody else's batch is as good.
    try await EdgeFiller(storage: table).fill(to: 20, by: .now)
  }

  @Test func doesNotWaitForWhatIsNotPublished() async throws {
    let filler = EdgeFiller(storage: TableOfTens(published: 95))
    await #expect(throws: StoreError(.unavailable, "")) {
      try await filler.fill(to: 96, by: .now + .seconds(600))
    }
  }

  @Test func doesNotFallBehindForEverWhileEverybodyCommits() {
    var pace = EdgeFiller.FillPace()
    var fills = 0
    var (filled, published): (Int64, Int64) = (0, 0)
    for _ in 0..<1000 {
      published += 1000
      switch pace.next {
      case .look: pace.looked(EdgeProgress(filled: filled, published: published))
      case .fill:
        fills += 1
        filled = min(published, filled + 5000)
        pace.looked(EdgeProgress(filled: filled, published: published))
      case .pause: pace.paused()
      }
    }
    #expect(fills > 100)
    #expect(published - filled <= EdgeFiller.longestLag + 10_000)
  }

  @Test func fillsInTheBackgroundOnlyWhileNobodyCommits() {
    var pace = EdgeFiller.FillPace()
    func looked(_ filled: Int64, _ published: Int64) -> EdgeFiller.FillPace.Step {
      pace.looked(EdgeProgress(filled: filled, published: published))
      defer { if case .pause = pace.next { pace.paused() } }
      return pace.next
    }
    #expect(pace.next == .look)
    #expect(looked(0, 50) == .pause(EdgeFiller.idleTime), "whether a commit comes is not known")
    #expect(looked(0, 60) == .pause(EdgeFiller.idleTime), "one came")
    #expect(looked(0, 60) == .fill)
    #expect(looked(10, 60) == .fill)
    #expect(looked(20, 61) == .pause(EdgeFiller.idleTime), "one came meanwhile")
    #expect(looked(20, 61) == .fill)
    #expect(looked(61, 61) == .pause(.seconds(1)), "done")
    pace.looked(nil)
    #expect(pace.next == .pause(EdgeFiller.idleTime), "another server is at it")
    pace.paused()
    #expect(looked(61, 70) == .pause(EdgeFiller.idleTime))
  }
}
