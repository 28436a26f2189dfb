package import Lineage
package import Store
import Synchronization

/// The index where it can answer, and the engine that always can where not.
package final class FallbackLineage: LineageEngine {
  /// An index that lacks no more than this has it within a query's patience.
  private static let worthWaiting: Int64 = 50_000

  private struct Counters {
    var index = 0
    var fallback = 0
  }

  private let index: IndexedLineage
  private let fallback: any LineageEngine
  private let counters = Mutex(Counters())

  package init(index: IndexedLineage, fallback: any LineageEngine) {
    self.index = index
    self.fallback = fallback
  }

  package func walk(_ query: LineageQuery) async throws(StoreError) -> LineageAnswer {
    try await answer(query.size) { (engine) async throws(StoreError) in
      try await engine.walk(query)
    }
  }

  package func step(_ query: StepQuery) async throws(StoreError) -> [LineageEdge] {
    try await answer(query.size) { (engine) async throws(StoreError) in
      try await engine.step(query)
    }
  }

  /// For the metrics page.
  package var standing: LineageStanding {
    let counters = counters.withLock { $0 }
    return LineageStanding(
      index: index.standing.map { standing in
        LineageStanding.Index(
          records: standing.size.records, edges: standing.size.edges, bytes: standing.size.bytes,
          lag: standing.lag, loadTime: standing.loadTime)
      }, answers: ["index": counters.index, "sql": counters.fallback])
  }

  /// Whatever fails in the index, the other engine is asked: it does not rest on the index.
  private func answer<Answer: Sendable>(
    _ size: Int64, _ ask: (any LineageEngine) async throws(StoreError) -> Answer
  ) async throws(StoreError) -> Answer {
    if let lag = index.lag(to: size), lag <= Self.worthWaiting {
      do throws(StoreError) {
        let answer = try await ask(index)
        counters.withLock { $0.index += 1 }
        return answer
      } catch {
        // Said by its own reports.
      }
    }
    let answer = try await ask(fallback)
    counters.withLock { $0.fallback += 1 }
    return answer
  }
}
