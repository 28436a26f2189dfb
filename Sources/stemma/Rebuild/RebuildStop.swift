import Synchronization
import UnixSignals
import Worker

/// Ctrl-C: once, and no more work is begun; twice, and what runs is ended and given back.
final class RebuildStop: Sendable {
  private struct State {
    var asked = 0
    var runs: [ObjectIdentifier: ExecutorRun] = [:]
  }

  private let state = Mutex(State())

  var isAsked: Bool { state.withLock { $0.asked > 0 } }

  /// Listens for SIGINT and SIGTERM until it is cancelled.
  func listen() async {
    for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
      let asked = state.withLock { state in
        state.asked += 1
        return state.asked
      }
      if asked == 1 {
        Terminal.complain("finishing what is under way; once more to stop it")
      } else {
        stopNow()
      }
    }
  }

  /// As if it had been asked for twice.
  func stopNow() {
    let runs = state.withLock { state in
      state.asked = max(state.asked, 2)
      return Array(state.runs.values)
    }
    for run in runs { run.stop() }
  }

  /// Has `run` stopped with the rest until `body` is over.
  func holding<Result>(
    _ run: ExecutorRun, _ body: () async throws -> Result
  ) async rethrows -> Result {
    let isLate = state.withLock { state in
      state.runs[ObjectIdentifier(run)] = run
      return state.asked > 1
    }
    if isLate { run.stop() }
    defer { state.withLock { _ = $0.runs.removeValue(forKey: ObjectIdentifier(run)) } }
    return try await body()
  }

  /// False where it was asked for meanwhile.
  func pause(_ duration: Duration) async throws -> Bool {
    let end = ContinuousClock.now + duration
    while ContinuousClock.now < end, !isAsked {
      try await Task.sleep(for: min(.milliseconds(200), end - ContinuousClock.now))
    }
    return !isAsked
  }
}
