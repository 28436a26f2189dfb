import Canonical
import Glibc
import Judging
import Lineage
import StemmaCrypto
import Synchronization

/// Says what workers do: a line for each item on standard output, and on a terminal a bar on standard error.
final class RebuildReport: Sendable {
  private struct State {
    var divergent: [(output: Digest, against: Digest)] = []
    var failed = 0
    /// The bar as it stands now; empty where there is none.
    var bar = ""
  }

  private let isJSON: Bool
  private let hasBar = isatty(2) == 1
  private let state = Mutex(State())

  init(_ format: OutputFormat) { isJSON = format == .json }

  func tell(_ outcome: ItemOutcome) {
    state.withLock { state in
      clear(&state)
      if isJSON {
        Terminal.write(outcome.json.canonicalBytes() + [0x0A])
      } else {
        say(outcome.text)
      }
      if case .failed = outcome.what { state.failed += 1 }
      if let judged = outcome.judged, let finding = judged.finding, finding.verdict != nil,
        finding.judgement.verdict == .divergent
      {
        state.divergent.append((judged.output, finding.against))
        Terminal.complain("divergent: output \(judged.output) from \(finding.against)")
      }
    }
  }

  /// A line for people; programs are told at the end.
  func note(_ text: String) {
    guard !isJSON else { return }
    state.withLock { state in
      clear(&state)
      say(text)
    }
  }

  /// Draws how far a rebuild is.
  func progress(_ counts: RebuildCounts) {
    guard hasBar, counts.total > 0 else { return }
    let width = 24
    let filled = Int(Int64(width) * counts.ended / counts.total)
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
    state.withLock { state in
      state.bar = "[\(bar)] \(counts.ended) of \(counts.total), \(counts.leased) under way"
      Terminal.write(Array("\r\u{1B}[K\(state.bar)".utf8), to: 2)
    }
  }

  func end() { state.withLock { clear(&$0) } }

  var divergent: [(output: Digest, against: Digest)] { state.withLock { $0.divergent } }
  var failedHere: Int { state.withLock { $0.failed } }

  private func clear(_ state: inout State) {
    guard !state.bar.isEmpty else { return }
    Terminal.write(Array("\r\u{1B}[K".utf8), to: 2)
    state.bar = ""
  }

  /// What servers and executors say moves no cursor.
  private func say(_ text: String) {
    for line in text.split(separator: "\n") {
      Terminal.print(PlainText.line(String(line), limit: 4096))
    }
  }
}

/// How many items of a rebuild are in which state.
struct RebuildCounts {
  private var states: [String: Int64] = [:]

  init(_ rebuild: JSONNode) {
    for count in rebuild["counts"]?.elements.map(\.self) ?? [] {
      states[count["state"]?.text ?? "", default: 0] += count["items"]?.integer ?? 0
    }
  }

  subscript(_ state: String) -> Int64 { states[state] ?? 0 }

  var total: Int64 { states.values.reduce(0, +) }
  var leased: Int64 { self["leased"] }
  /// Nothing is done about them any more.
  var ended: Int64 { total - self["waiting"] - self["ready"] - leased }
  var isOver: Bool { ended == total }

  var text: String {
    ["done", "failed", "listed", "cancelled", "waiting", "ready", "leased"]
      .filter { self[$0] > 0 }.map { "\(self[$0]) \($0)" }.joined(separator: ", ")
  }

  var json: JSONValue { .object(states.map { ($0.key, .integer($0.value)) }) }
}
