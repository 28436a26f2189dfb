package import Canonical
import Judging
package import Lineage
package import StemmaCrypto

/// What a view is worth in a snapshot: how many outputs, on which device classes, how they compare, and whether it still
/// stands. Never "the" output.
package struct ViewReport: Sendable {
  package struct Class: Sendable {
    package let devices: DeviceGroup
    package var outputs = 0
    package var disowned = 0
    /// Distinct contents or manifests.
    package var contents = 0
  }

  package struct Comparison: Sendable {
    /// Ordered; twice the same for outputs of one class.
    package let between: Pair
    /// Newest verdicts of different sets of outputs.
    package var verdicts: [String: Int] = [:]
    package var flags: [String: Int] = [:]
    package var drifts: [Drift] = []
    /// Digest of the newest verdict.
    package var newest: Digest
  }

  /// What one statistic was in all verdicts on a pair of classes.
  package struct Drift: Sendable {
    package let test: String
    /// Of the newest verdict.
    package let threshold: Double
    /// Ascending; at the most `maximumValues`, evenly spread by rank.
    package let values: [Double]
    package let count: Int

    package static let maximumValues = 101
  }

  /// Two device classes, in order of their names.
  package struct Pair: Hashable, Comparable, Sendable {
    package let first: DeviceGroup
    package let second: DeviceGroup

    package init(_ a: DeviceGroup, _ b: DeviceGroup) { (first, second) = a < b ? (a, b) : (b, a) }

    package static func < (left: Self, right: Self) -> Bool {
      left.first == right.first ? left.second < right.second : left.first < right.first
    }
  }

  /// An execution whose gang is not, or was not, all there.
  package struct Run: Sendable {
    package let execution: Digest
    package let size: Int64
    /// Ranks that started, and of those the ones that ended.
    package let started: Int
    package let ended: Int
  }

  /// What other views say that differ only in their inputs.
  package struct Family: Sendable {
    /// Without this one.
    package var views = 0
    package var isCut = false
    /// By pair of classes: views whose outputs were equivalent, or were divergent.
    package var replayed: [Pair: (equivalent: Int, divergent: Int)] = [:]
  }

  package let view: LineageGraph.Node
  package let at: Int64
  package let standing: ViewStanding
  /// What its reasons speak of.
  package var digests: [Int64: Digest] = [:]
  package var outputs = 0
  package var disowned = 0
  /// There are more outputs than were looked at: the newest were.
  package var isCut = false
  package var classes: [Class] = []
  package var comparisons: [Comparison] = []
  /// Outputs that are not disowned and that no verdict speaks of.
  package var unjudged = 0
  /// Executions of its outputs.
  package var executions = 0
  package var incomplete: [Run] = []
  package var family = Family()
}

extension ViewReport {
  /// The answer of `GET views/{digest}`, as schemas/openapi.yaml has it.
  package var json: JSONValue {
    .object(present: [
      "digest": .string(view.digest.description), "index": .integer(view.index),
      "at": .integer(at), "record": view.record.map { .raw($0.canonicalBytes()) },
      "state": .string(standing.state.rawValue), "since": standing.since.map(JSONValue.integer),
      "because": standing.reasons.isEmpty ? .none : standing.json(digests),
      "retractions": .array(standing.retractions.map { $0.json(digests) }),
      "outputs": .integer(Int64(outputs)), "disowned": .integer(Int64(disowned)),
      "more": isCut ? true : .none,
      "classes": .array(classes.map(\.json)), "comparisons": .array(comparisons.map(\.json)),
      "unjudged": .integer(Int64(unjudged)), "executions": .integer(Int64(executions)),
      "incomplete": .array(incomplete.map(\.json)), "family": family.json,
    ])
  }
}

extension ViewReport.Class {
  fileprivate var json: JSONValue {
    [
      "class": .string(devices.name), "outputs": .integer(Int64(outputs)),
      "disowned": .integer(Int64(disowned)), "contents": .integer(Int64(contents)),
    ]
  }
}

extension ViewReport.Comparison {
  fileprivate var json: JSONValue {
    [
      "between": between.json, "verdicts": .counts(verdicts), "flags": .counts(flags),
      "drift": .array(drifts.map(\.json)), "newest": .string(newest.description),
    ]
  }
}

extension ViewReport.Drift {
  fileprivate var json: JSONValue {
    [
      "test": .string(test), "threshold": .double(threshold), "count": .integer(Int64(count)),
      "values": .array(values.map(JSONValue.double)),
    ]
  }
}

extension ViewReport.Pair {
  fileprivate var json: JSONValue { [.string(first.name), .string(second.name)] }
}

extension ViewReport.Run {
  fileprivate var json: JSONValue {
    [
      "execution": .string(execution.description), "size": .integer(size),
      "started": .integer(Int64(started)), "ended": .integer(Int64(ended)),
    ]
  }
}

extension ViewReport.Family {
  fileprivate var json: JSONValue {
    .object(present: [
      "views": .integer(Int64(views)), "more": isCut ? true : .none,
      "replayed": .array(
        replayed.sorted { $0.key < $1.key }.map { pair, seen in
          let share = ReplayedShare(
            replayed: seen.equivalent, of: seen.equivalent + seen.divergent)
          return [
            "between": pair.json, "equivalent": .integer(Int64(seen.equivalent)),
            "divergent": .integer(Int64(seen.divergent)), "atLeast": .double(share.atLeast),
          ]
        }),
    ])
  }
}

extension JSONValue {
  fileprivate static func counts(_ counts: [String: Int]) -> JSONValue {
    .object(counts.map { ($0.key, .integer(Int64($0.value))) })
  }
}
