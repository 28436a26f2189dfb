import Canonical
import Lineage

/// Counts outputs and verdicts of a view. Pure.
enum ViewTally {
  static func classes(_ outputs: [ViewOutput]) -> [ViewReport.Class] {
    var classes: [DeviceGroup: ViewReport.Class] = [:]
    var contents: [DeviceGroup: Set<String>] = [:]
    for output in outputs {
      classes[output.devices, default: .init(devices: output.devices)].outputs += 1
      if output.isDisowned { classes[output.devices]?.disowned += 1 }
      let record = output.node.record
      if let content = (record?["content"] ?? record?["manifest"])?["digest"]?.text {
        contents[output.devices, default: []].insert(content)
      }
    }
    return classes.values.map { one in
      var one = one
      one.contents = contents[one.devices]?.count ?? 0
      return one
    }.sorted { $0.devices < $1.devices }
  }

  /// - Parameters:
  ///   - verdicts: in index order; those on a disowned output say nothing any more.
  static func comparisons(
    _ verdicts: [ViewVerdict], of outputs: [ViewOutput]
  ) -> [ViewReport.Comparison] {
    let classes = classes(of: outputs)
    var pairs: [ViewReport.Pair: [ViewVerdict]] = [:]
    for verdict in verdicts {
      for pair in Self.pairs(of: verdict, classes) { pairs[pair, default: []].append(verdict) }
    }
    return pairs.map { pair, verdicts in
      var comparison = ViewReport.Comparison(
        between: pair, newest: verdicts[verdicts.count - 1].node.digest)
      for verdict in verdicts {
        comparison.verdicts[verdict.verdict, default: 0] += 1
        for flag in verdict.node.record?["flags"]?.elements.map(\.self) ?? [] {
          comparison.flags[flag.text ?? "", default: 0] += 1
        }
      }
      comparison.drifts = drifts(verdicts)
      return comparison
    }.sorted { $0.between < $1.between }
  }

  /// Device classes of the outputs that are not disowned.
  static func classes(of outputs: [ViewOutput]) -> [Int64: DeviceGroup] {
    Dictionary(
      outputs.lazy.filter { !$0.isDisowned }.map { ($0.node.index, $0.devices) }
    ) { first, _ in first }
  }

  /// The pairs of classes that a verdict speaks of; none where one of its outputs is not in `classes`.
  static func pairs(
    of verdict: ViewVerdict, _ classes: [Int64: DeviceGroup]
  ) -> [ViewReport.Pair] {
    var groups: Set<DeviceGroup> = []
    for output in verdict.outputs {
      guard let group = classes[output] else { return [] }
      groups.insert(group)
    }
    let sorted = groups.sorted()
    guard sorted.count > 1 else { return sorted.map { ViewReport.Pair($0, $0) } }
    return sorted.indices.flatMap { a in
      sorted[(a + 1)...].map { ViewReport.Pair(sorted[a], $0) }
    }
  }

  private static func drifts(_ verdicts: [ViewVerdict]) -> [ViewReport.Drift] {
    var found: [String: (threshold: Double, values: [Double])] = [:]
    for verdict in verdicts {
      for test in verdict.node.record?["tests"]?.elements.map(\.self) ?? [] {
        guard let name = test["name"]?.text, let statistic = test["statistic"]?.double,
          let threshold = test["threshold"]?.double
        else { continue }
        found[name, default: (threshold, [])].values.append(statistic)
        found[name]?.threshold = threshold
      }
    }
    return found.sorted { $0.key < $1.key }.map { name, seen in
      let values = seen.values.sorted()
      return ViewReport.Drift(
        test: name, threshold: seen.threshold, values: spread(values), count: values.count)
    }
  }

  /// As many of `values` as are kept: the first, the last, and some between them.
  private static func spread(_ values: [Double]) -> [Double] {
    let kept = ViewReport.Drift.maximumValues
    guard values.count > kept else { return values }
    return (0..<kept).map { values[$0 * (values.count - 1) / (kept - 1)] }
  }
}
