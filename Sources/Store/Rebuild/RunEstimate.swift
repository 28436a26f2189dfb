/// How long items will take: as long as their view took, or where it never ran as others with its executor. Pure.
struct RunEstimate: Sendable {
  private let past: PastRuns
  private let executors: [Int64: String]
  private var ofExecutors: [String: [String: [Double]]] = [:]

  init(_ past: PastRuns, executors: [Int64: String]) {
    self.past = past
    self.executors = executors
    for (view, classes) in past.seconds {
      guard let executor = executors[view] else { continue }
      for (name, seconds) in classes {
        ofExecutors[executor, default: [:]][name, default: []] += seconds
      }
    }
  }

  /// On `deviceClass`, or where it ran most often; nil where nothing like it ever ran.
  func expected(of view: Int64, on deviceClass: String?) -> RebuildItem.Expected? {
    let runs = runs(of: view)
    let most = deviceClass ?? runs.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }?.key
    guard let name = most, let seconds = runs[name] else { return nil }
    return .init(deviceClass: name, milliseconds: Int64((Self.mean(seconds) * 1000).rounded(.up)))
  }

  func totals(of views: [Int64]) -> [RebuildPlan.Expected] {
    var totals: [String: RebuildPlan.Expected] = [:]
    for view in views {
      for (name, seconds) in runs(of: view) {
        var total = totals[name] ?? .init(deviceClass: name)
        total.items += 1
        total.seconds += Self.mean(seconds)
        total.runs += seconds.count
        totals[name] = total
      }
    }
    return totals.values.sorted { $0.deviceClass < $1.deviceClass }
  }

  private func runs(of view: Int64) -> [String: [Double]] {
    past.seconds[view] ?? executors[view].flatMap { ofExecutors[$0] } ?? [:]
  }

  private static func mean(_ seconds: [Double]) -> Double {
    seconds.reduce(0, +) / Double(seconds.count)
  }
}
