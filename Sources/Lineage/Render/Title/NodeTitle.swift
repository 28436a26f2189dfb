package import Records
package import StemmaCrypto

/// What a record is, in one line, for somebody who has read no documentation.
///
///     output labels, text/csv, 12 kB, on cpu (whole)
///     model models/fraud@production, safetensors, 91 MB, promoted from an output
///
/// Made of what the graph holds: without associations no device is known, without records little more than the
/// kind. Nothing in it moves a cursor or breaks a line (`PlainText`); it is not escaped for any format.
package struct NodeTitle: Sendable {
  package let kind: Kind
  /// What people call it: a title from a note, a name, an output's name. Nil where it has none.
  package let called: String?
  /// What else there is to say, the most telling first.
  package let details: [String]
  package let marks: NodeMarks

  /// - Parameter other: the record that it is shown beside, which it does not name again.
  package init(of node: LineageGraph.Node, in graph: GraphIndex, beside other: Int64? = nil) {
    kind = node.kind
    marks = NodeMarks(of: node, in: graph)
    let facts = TitleFacts(of: node, in: graph, beside: other)
    called = facts.called
    details = node.record == nil ? [node.isErased ? "erased" : "not shown"] : facts.details
  }

  /// The kind, and then all the rest.
  package var text: String { description.isEmpty ? kind.name : "\(kind.name) \(description)" }

  /// All but the kind.
  package var description: String {
    ((called.map { [$0] } ?? []) + details).joined(separator: ", ")
  }

  /// The first twelve digits of a digest: enough to find a record by, not to name it.
  package static func short(_ digest: Digest) -> String { String(digest.hex.prefix(12)) }
}
