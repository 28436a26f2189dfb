import Canonical
import Lineage
import Records

/// How long views took before: from a rank's start to its end, by device class. An execution that made several
/// outputs took a share of its time for each.
struct PastRuns: Sendable {
  /// Views that are looked at: the newest.
  private static let views = 1000
  private static let outputsEach = 10

  /// Seconds of each output, by view and device class.
  private(set) var seconds: [Int64: [String: [Double]]] = [:]

  /// - Parameter views: ascending.
  init(
    of views: [Int64], _ graph: GraphReader
  ) async throws(StoreError) {
    let outputs = try await graph.step(
      views.suffix(Self.views), .down, [.outputView], limitEach: Self.outputsEach)
    let made = try await graph.step(
      outputs.map(\.from), .up, [.outputExecution, .outputDevices])
    let executions = Set(made.filter { $0.member == .outputExecution }.map(\.to))
    let shared = try await graph.step(
      executions, .down, [.outputExecution, .rankExecution], limitEach: 10_000)
    let ranks = shared.filter { $0.member == .rankExecution }
    let ends = try await graph.step(ranks.map(\.from), .down, [.endedRank], limitEach: 1)
    let devices = made.filter { $0.member == .outputDevices }
    let records = try await graph.nodes(
      Set(ends.flatMap { [$0.from, $0.to] } + devices.map(\.to)), withRecords: true
    ).compactMapValues(\.record)
    let executionOf = Dictionary(ranks.map { ($0.from, $0.to) }) { first, _ in first }
    var took: [Int64: Double] = [:]
    for end in ends {
      guard let started = records[end.to]?["startedAt"]?.text.flatMap({ Timestamp(parsing: $0) }),
        let ended = records[end.from]?["endedAt"]?.text.flatMap({ Timestamp(parsing: $0) }),
        // A run that failed says nothing of how long one takes.
        records[end.from]?["exit"]?["code"]?.integer == 0, ended >= started,
        let execution = executionOf[end.to]
      else { continue }
      let time = Double(ended.microseconds - started.microseconds) / 1e6
      took[execution] = max(took[execution] ?? 0, time)
    }
    let counts = Dictionary(
      shared.lazy.filter { $0.member == .outputExecution }.map { ($0.to, 1) }, uniquingKeysWith: +)
    let places = Dictionary(devices.map { ($0.from, $0.to) }) { first, _ in first }
    let runs = Dictionary(
      made.lazy.filter { $0.member == .outputExecution }.map { ($0.from, $0.to) }
    ) { first, _ in first }
    for output in outputs {
      guard let run = runs[output.from], let time = took[run],
        let device = places[output.from]
      else { continue }
      let name = DeviceGroup([records[device]]).name
      let share = time / Double(max(1, counts[run] ?? 1))
      seconds[output.to, default: [:]][name, default: []].append(share)
    }
  }
}
