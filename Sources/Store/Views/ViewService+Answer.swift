import Canonical
package import Judging
import Lineage
package import StemmaCrypto

/// What a pipeline gets that asks before it spends a GPU: an output that will do, and everything that is said beside one.
package struct ViewAnswer: Sendable {
  package let report: ViewReport
  /// Nil where none will do.
  package let output: ViewOutput?
  /// The strongest verdict on it; nil where nobody judged it.
  package let verdict: Digest?
}

extension ViewService {
  /// The newest output that is not disowned, was made on `deviceClass` (nil: on any), and by some verdict is at least
  /// `verdict` (nil: whatever was said of it). With `verdict`, one that any verdict calls divergent will not do.
  ///
  /// - Returns: nil where no view that may be seen has that digest at that point.
  package func answer(
    for digest: Digest, on deviceClass: DeviceGroup?, atLeast verdict: Verdict?,
    in namespace: Namespace, at point: SnapshotPoint?
  ) async throws(StoreError) -> ViewAnswer? {
    guard let weighed = try await weigh(digest, in: namespace, at: point) else { return nil }
    let outputs = weighed.outputs
    let classes = ViewTally.classes(of: outputs)
    var strongest: [Int64: (verdict: Verdict, digest: Digest)] = [:]
    var divergent: Set<Int64> = []
    for one in weighed.verdicts {
      guard let known = Verdict(rawValue: one.verdict),
        // One on a disowned output says nothing any more.
        !ViewTally.pairs(of: one, classes).isEmpty
      else { continue }
      if known == .divergent { divergent.formUnion(one.outputs) }
      for output in one.outputs where known.strength >= strongest[output]?.verdict.strength ?? -1 {
        strongest[output] = (known, one.node.digest)
      }
    }
    let fit = outputs.last { output in
      let index = output.node.index
      guard !output.isDisowned, deviceClass == nil || output.devices == deviceClass else {
        return false
      }
      guard let verdict else { return true }
      return !divergent.contains(index)
        && strongest[index].map { $0.verdict.strength >= verdict.strength } == true
    }
    return ViewAnswer(
      report: try await report(on: weighed), output: fit,
      verdict: fit.flatMap { strongest[$0.node.index]?.digest })
  }
}

extension Verdict {
  /// Of those that are acceptable, the stronger implies the weaker.
  fileprivate var strength: Int {
    switch self {
    case .bitIdentical: 3
    case .numericallyEquivalent: 2
    case .statisticallyEquivalent: 1
    case .divergent, .inconclusive, .notComparable: 0
    }
  }
}
