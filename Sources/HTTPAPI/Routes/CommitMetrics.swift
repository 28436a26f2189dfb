import Store

/// What `/metrics` says of commits, in the Prometheus text exposition format 0.0.4.
enum CommitMetrics {
  static func text(_ counters: GroupCommitter.Counters) -> String {
    let counts: [(name: String, type: String, help: String, value: Int)] = [
      ("batches_total", "counter", "Transactions of the group commit.", counters.batches),
      ("commits_total", "counter", "Commits answered, refused ones included.", counters.commits),
      ("records_total", "counter", "Records stored by this server.", counters.records),
      ("overloaded_total", "counter", "Commits turned away by a full queue.", counters.refused),
      (
        "failed_total", "counter",
        "Commits that failed at the database or the signer; those of unknown outcome may be stored.",
        counters.failed
      ),
      ("waiting", "gauge", "Commits waiting for a batch.", counters.waiting),
    ]
    return counts.map { metric in
      let name = "stemma_commit_\(metric.name)"
      return
        "# HELP \(name) \(metric.help)\n# TYPE \(name) \(metric.type)\n\(name) \(metric.value)\n"
    }.joined()
  }
}
