import Store

/// What `/metrics` says of work that waits, for whoever decides how many workers there should be (KEDA, an HPA).
enum RebuildMetrics {
  /// - Parameter backlog: nil where the database does not say.
  static func text(_ backlog: [Backlog]?) -> String {
    guard let backlog else { return "" }
    let gauges: [(String, String, (Backlog) -> String)] = [
      ("backlog", "Outputs that wait to be made.", { String($0.items) }),
      (
        "backlog_seconds", "How long those will take that ran before, one after the other.",
        { String(Double($0.milliseconds) / 1000) }
      ),
      ("leased", "Outputs that somebody is making.", { String($0.leased) }),
      ("failed", "Outputs that were set aside after too many attempts.", { String($0.failed) }),
    ]
    return gauges.map { name, help, value in
      let name = "stemma_rebuild_\(name)"
      // An empty class: nobody said where, and nothing like it ran before.
      let series = backlog.map { "\(name){class=\"\($0.deviceClass ?? "")\"} \(value($0))\n" }
      return "# HELP \(name) \(help)\n# TYPE \(name) gauge\n" + series.joined()
    }.joined()
  }
}
