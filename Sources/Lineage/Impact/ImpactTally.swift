package import Records

/// Counts what a walk down found. The edges alone say it: every node but the root was met along a reference of
/// its own, whose member tells its kind.
package struct ImpactTally: Sendable {
  package private(set) var kinds: [Kind: Int] = [:]
  /// Outputs of each view.
  package private(set) var outputsOfViews: [Int64: Int] = [:]
  /// All outputs, ascending.
  package private(set) var outputs: [Int64] = []

  /// - Parameter answer: of a walk down from one record, its edges not cut.
  package init(_ answer: LineageAnswer) {
    var met: Set<Int64> = []
    for edge in answer.edges where met.insert(edge.from).inserted {
      kinds[edge.member.kind, default: 0] += 1
      if edge.member.kind == .view { outputsOfViews[edge.from, default: 0] += 0 }
      if edge.member.kind == .output { outputs.append(edge.from) }
    }
    for edge in answer.edges where edge.member == .outputView {
      outputsOfViews[edge.to, default: 0] += 1
    }
    outputs.sort()
  }

  /// The views with the most outputs, then the newest.
  package func largestViews(_ count: Int) -> [Int64] {
    let sorted = outputsOfViews.sorted { ($0.value, $0.key) > ($1.value, $1.key) }
    return sorted.prefix(count).map(\.key)
  }
}
