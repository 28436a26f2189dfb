import Store

/// What `/metrics` says of the witnesses, in the Prometheus text exposition format 0.0.4.
enum WitnessMetrics {
  static func text(_ witnesses: WitnessedSigner) -> String {
    let standings = witnesses.standings
    let series: [(name: String, type: String, help: String, value: (WitnessStanding) -> Int64)] = [
      ("asked_total", "counter", "Checkpoints shown to a witness.", { Int64($0.asked) }),
      ("cosigned_total", "counter", "Checkpoints that it cosigned.", { Int64($0.cosigned) }),
      ("failed_total", "counter", "Checkpoints that it did not cosign.", { Int64($0.failed) }),
      ("size", "gauge", "Size of the last checkpoint that it cosigned.", { $0.size }),
    ]
    let each = series.map { series in
      let name = "stemma_witness_\(series.name)"
      let samples = standings.map {
        "\(name){witness=\"\(escaped($0.name))\"} \(series.value($0))\n"
      }
      return "# HELP \(name) \(series.help)\n# TYPE \(name) \(series.type)\n" + samples.joined()
    }
    let name = "stemma_witness_quorum_missed_total"
    return each.joined()
      + "# HELP \(name) Checkpoints that the policy's quorum did not cosign.\n"
      + "# TYPE \(name) counter\n\(name) \(witnesses.shortfalls)\n"
  }

  /// A label's value: a policy's names may be any characters but white space and control characters.
  private static func escaped(_ text: String) -> String {
    String(text.flatMap { $0 == "\\" || $0 == "\"" ? "\\\($0)" : String($0) })
  }
}
