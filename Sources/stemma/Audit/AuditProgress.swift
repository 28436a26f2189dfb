import Glibc
import Synchronization

/// Says on standard error how far an audit is: on a terminal one line, rewritten at most twice a second;
/// elsewhere a line every ten seconds.
final class AuditProgress: Sendable {
  private struct State {
    var last: ContinuousClock.Instant
    var isShown = false
  }

  private let isTerminal = isatty(2) == 1
  private let start = ContinuousClock.now
  private let state: Mutex<State>

  init() { state = Mutex(State(last: start)) }

  func show(_ done: Int64, of size: Int64) {
    let now = ContinuousClock.now
    let isDue = state.withLock { state in
      guard now - state.last >= (isTerminal ? .milliseconds(500) : .seconds(10)) else {
        return false
      }
      state.last = now
      state.isShown = true
      return true
    }
    guard isDue else { return }
    let percent = size == 0 ? 100 : 100 * done / size
    let text = "audit: \(done) of \(size) (\(percent)%), \((now - start).components.seconds) s"
    Terminal.write(Array((isTerminal ? "\r\u{1B}[K" + text : text + "\n").utf8), to: 2)
  }

  /// Takes the line away.
  func end() {
    guard isTerminal, state.withLock({ $0.isShown }) else { return }
    Terminal.write(Array("\r\u{1B}[K".utf8), to: 2)
  }

  var seconds: Double {
    let time = (ContinuousClock.now - start).components
    return Double(time.seconds) + (Double(time.attoseconds) / 1e15).rounded() / 1000
  }
}
