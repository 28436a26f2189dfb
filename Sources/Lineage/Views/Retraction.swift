import Canonical
package import Records
package import StemmaCrypto

/// One `retraction` record: its subject must not be rested on any more.
package struct Retraction: Hashable, Sendable {
  package enum Effect: String, Sendable {
    /// It was always wrong: whatever rests on it is disowned.
    case ever
    /// It was lawful until this record's index: outputs from before stay lawful.
    case fromNow = "from_now"
  }

  package let index: Int64
  package let digest: Digest
  package let subject: Int64
  package let effect: Effect
  package let reason: String
  /// What takes the subject's place.
  package let replacement: Int64?
  /// The retraction of the same subject that it follows, in its namespace.
  package let previous: Int64?

  package init(
    index: Int64, digest: Digest, subject: Int64, effect: Effect, reason: String,
    replacement: Int64? = nil, previous: Int64? = nil
  ) {
    self.index = index
    self.digest = digest
    self.subject = subject
    self.effect = effect
    self.reason = reason
    self.replacement = replacement
    self.previous = previous
  }

  /// The members that lead from a retraction to what it speaks of.
  package static let members = MemberSet([
    .retractionSubject, .retractionReplacement, .retractionPrevious,
  ])

  /// Reads a retraction from its record and its references; nil where either lacks something. (Its body cannot be
  /// erased.)
  package init?(_ node: LineageGraph.Node, references: some Sequence<LineageEdge>) {
    guard node.kind == .retraction, let record = node.record,
      let effect = record["effect"]?.text.flatMap(Effect.init), let reason = record["reason"]?.text
    else { return nil }
    var targets: [ReferenceMember: Int64] = [:]
    for edge in references where edge.from == node.index { targets[edge.member] = edge.to }
    guard let subject = targets[.retractionSubject] else { return nil }
    self.init(
      index: node.index, digest: node.digest, subject: subject, effect: effect, reason: reason,
      replacement: targets[.retractionReplacement], previous: targets[.retractionPrevious])
  }
}
