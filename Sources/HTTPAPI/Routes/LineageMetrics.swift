import Store

/// What `/metrics` says of the engines of lineage, in the Prometheus text exposition format 0.0.4.
enum LineageMetrics {
  /// - Parameter edges: nil where the database does not say.
  static func text(_ edges: EdgeProgress?) -> String {
    guard let edges else { return "" }
    let name = "stemma_lineage_edges_lag_records"
    return """
      # HELP \(name) Published records whose references are not in the table of edges yet.
      # TYPE \(name) gauge
      \(name) \(max(0, edges.published - edges.filled))

      """
  }

  static func text(_ standing: LineageStanding) -> String {
    let index = standing.index
    var series = [
      ("up", "0 where the index in memory has stepped aside.", index == nil ? "0" : "1")
    ]
    if let index {
      series += [
        ("records", "Records that the index has.", String(index.records)),
        ("edges", "References that the index has.", String(index.edges)),
        ("bytes", "Memory that the index takes.", String(index.bytes)),
        ("lag_records", "Published records that the index does not have.", String(index.lag)),
      ]
    }
    if let time = index?.loadTime {
      series.append(
        ("load_seconds", "How long the index took to load.", String(time / .seconds(1))))
    }
    let gauges = series.map { name, help, value in
      let name = "stemma_lineage_index_\(name)"
      return "# HELP \(name) \(help)\n# TYPE \(name) gauge\n\(name) \(value)\n"
    }
    let name = "stemma_lineage_answers_total"
    let answers = standing.answers.sorted { $0.key < $1.key }.map { engine, count in
      "\(name){engine=\"\(engine)\"} \(count)\n"
    }
    return gauges.joined()
      + "# HELP \(name) Walks and steps, by the engine that answered.\n# TYPE \(name) counter\n"
      + answers.joined()
  }
}
