/// Keeps the references one by one, in a table that is derived from the records: commits do not write it.
///
/// Durability: none is needed, it can be derived again. Consistency: `filled` and the references below it move
/// together, whatever happens. Nothing is retried here.
package protocol EdgeStorage: Sendable {
  func progress() async throws(StoreError) -> EdgeProgress

  /// Adds the references of the next published records, a bounded number of them, and says how far it is
  /// then. Nil where another server is at it. May be called again after any failure.
  func fill() async throws(StoreError) -> EdgeProgress?
}

/// Records whose references are there one by one, of all that are published: sizes.
package struct EdgeProgress: Hashable, Sendable {
  package let filled: Int64
  package let published: Int64

  package init(filled: Int64, published: Int64) {
    self.filled = filled
    self.published = published
  }
}

/// Says when the table of references is filled: while the store is idle, now and then where it falls far behind, and at
/// once for whoever waits.
package struct EdgeFiller: Sendable {
  /// The table is filled in the background when no commit came for so long.
  package static let idleTime = Duration.milliseconds(200)
  private static let restTime = Duration.seconds(1)
  /// Records that the table may lack while commits come one after the other.
  static let longestLag: Int64 = 100_000
  /// How long somebody who waits leaves another server to its batch before asking again.
  private static let turn = Duration.milliseconds(20)

  private let storage: any EdgeStorage

  package init(storage: any EdgeStorage) { self.storage = storage }

  /// Fills up to `size`, which must be published.
  /// - Throws: `.unavailable` where that takes longer than to `deadline`.
  package func fill(to size: Int64, by deadline: ContinuousClock.Instant) async throws(StoreError) {
    while true {
      var progress = try await storage.fill()
      if progress == nil {
        try? await Task.sleep(for: Self.turn)
        progress = try await storage.progress()
      }
      guard let progress, progress.filled < size else { return }
      guard size <= progress.published else {
        throw StoreError(.unavailable, "\(size) records are not published here")
      }
      guard ContinuousClock.now < deadline, !Task.isCancelled else {
        throw StoreError(
          .unavailable,
          "the table of references has \(progress.filled) of \(size) records: come again")
      }
    }
  }

  /// Fills in the background until the task is cancelled. A database that fails is asked again.
  package func run() async {
    var pace = FillPace()
    while !Task.isCancelled {
      switch pace.next {
      case .look: pace.looked(try? await storage.progress())
      case .fill: pace.looked((try? await storage.fill()) ?? nil)
      case .pause(let time):
        try? await Task.sleep(for: time)
        pace.paused()
      }
    }
  }

  /// When to fill in the background.
  struct FillPace {
    enum Step: Equatable {
      case look
      case fill
      case pause(Duration)
    }

    private(set) var next = Step.look
    /// What was published before the last pause.
    private var published: Int64?
    /// Not filled since the last pause: commits are left half of the time.
    private var isRested = true

    /// - Parameter progress: nil where it is not known: another server fills, or the database fails.
    mutating func looked(_ progress: EdgeProgress?) {
      let before = published
      published = progress?.published
      if let progress, progress.filled >= progress.published {
        next = .pause(EdgeFiller.restTime)
      } else if let progress, isRested,
        progress.published - progress.filled > EdgeFiller.longestLag
      {
        next = .fill
        isRested = false
      } else {
        next = published != nil && published == before ? .fill : .pause(EdgeFiller.idleTime)
      }
    }

    mutating func paused() {
      next = .look
      isRested = true
    }
  }
}
