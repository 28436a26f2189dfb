package import Canonical
package import Records
package import StemmaCrypto

/// Why two records differ: the first places where what they rest on parts, looked at from the sources down.
///
/// What follows from such a place is not told again: where another parameter made other weights, and these another
/// answer, the parameter is the difference, and weights and answer are what came of it.
package struct LineageDiff: Sendable {
  /// Why a difference matters.
  package enum Nature: String, Sendable {
    /// Something else was asked for: the views are not one view.
    case prescribed
    /// The same could have been asked for, and something else was seen while it ran.
    case observed
    /// Other bytes came out although nothing that is recorded differs.
    case unexplained
    /// One side cannot be read, so nobody can say.
    case unreadable
  }

  /// One reference on the way from the two records to a difference.
  package struct Step: Hashable, Sendable {
    package let member: ReferenceMember
    package let role: String?
  }

  /// One of the two sides of a difference.
  package struct Side: Sendable {
    /// The record that says it.
    package let record: Digest
    package let kind: Kind
    /// What it says at the pointer; nil where it says nothing there.
    package let value: JSONNode?
  }

  package struct Difference: Sendable {
    package let nature: Nature
    /// From both records to those that part.
    package var path: [Step]
    /// JSON Pointer into the records that part; empty where one side has no such record.
    package let pointer: String
    /// Of a folder's manifest, the path of the file that differs.
    package var file: String?
    /// Nil where only the other side has such a record.
    package let a: Side?
    package let b: Side?
    /// The weights are the same, and only their file differs.
    package var isSameTensors = false
    /// Whether it can be the reason: not so where all that came of it has the same bytes on both sides.
    package var reaches = true
  }

  /// A record that both rest on in the same place.
  package struct Shared: Sendable {
    package let path: [Step]
    package let record: Digest
    package let kind: Kind
  }

  /// Whether what two records stand for has the same bytes.
  package enum Bytes: String, Sendable {
    case same, differ, unknown
  }

  package let a: LineageGraph.Node
  package let b: LineageGraph.Node
  /// Of outputs, models and inputs; of others, whether the records are one.
  package let bytes: Bytes
  /// Both are outputs of one view.
  package let isOneView: Bool
  /// Nearest first.
  package var differences: [Difference]
  /// Nearest first; what is above them was not looked at.
  package let shared: [Shared]
  /// Facts of time and place that differ from run to run: other cards, other machines.
  package let circumstances: [Difference]
  /// Why this may not be all.
  package let truncation: Truncation
  /// More was found than is listed, or more pairs were there than are looked at.
  package let isCut: Bool

  /// What a comparison comes to.
  package enum Outcome: String, Sendable {
    /// They are one record, or all was compared and nothing that counts differs.
    case same
    case differ
    /// Nothing that was found differs, and not all could be looked at.
    case unknown
  }

  package var outcome: Outcome {
    if a.digest == b.digest { return .same }
    if bytes == .differ || differences.contains(where: { $0.nature != .unreadable }) {
      return .differ
    }
    return differences.isEmpty && truncatedBy.isEmpty ? .same : .unknown
  }

  /// What is looked at and listed at the most.
  package struct Limits: Sendable {
    /// Pairs of records.
    package var pairs = 100_000
    /// Differences, shared records and circumstances, of each so many.
    package var listed = 1000

    package init() {}
  }
}

extension LineageDiff {
  /// Compares two lineages that were walked up with records and associations.
  ///
  /// - Parameters:
  ///   - manifests: bytes of folders' manifests, by digest, as far as somebody has them: with both sides' the files
  ///     that differ are named. `wantedManifests` of a comparison without them says which.
  /// - Precondition: both graphs hold their roots.
  package init(
    _ a: LineageGraph, _ b: LineageGraph, manifests: [Digest: [UInt8]] = [:],
    limits: Limits = Limits()
  ) throws(LineageFormatError) {
    var walk = try DiffWalk(a, b, limits: limits)
    walk.run()
    self = walk.result
    naming(files: manifests, limit: limits.listed)
  }
}
