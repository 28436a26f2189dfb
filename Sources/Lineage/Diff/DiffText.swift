import Canonical
import Records
import StemmaCrypto

/// A comparison as people read it.
package struct DiffText {
  private let diff: LineageDiff
  private let graphA: GraphIndex
  private let graphB: GraphIndex

  /// - Parameters: the comparison and the two graphs that it was made from.
  package init(_ diff: LineageDiff, _ a: LineageGraph, _ b: LineageGraph) {
    self.diff = diff
    graphA = GraphIndex(a)
    graphB = GraphIndex(b)
  }

  package var lines: [String] {
    var lines = [
      "A  \(title(diff.a, graphA))", "B  \(title(diff.b, graphB))", "", headline,
    ]
    for (place, difference) in diff.differences.enumerated() {
      if place == 0 { lines += ["", "Where they part:"] }
      lines.append("  \(place + 1). \(sentence(difference))")
      lines.append("     \(whereabouts(difference))")
    }
    if !diff.shared.isEmpty {
      lines += ["", "The same in both:"]
      lines += diff.shared.prefix(12).map { "  \(sentence($0))" }
      if diff.shared.count > 12 { lines.append("  and \(diff.shared.count - 12) more") }
    }
    if !diff.circumstances.isEmpty {
      lines += ["", "Another place, which is no part of either's identity:"]
      lines += diff.circumstances.prefix(12).map { "  \(way($0.path)): \(values($0))" }
    }
    if !diff.truncatedBy.isEmpty {
      lines += [
        "", "Not everything was compared (\(diff.truncatedBy.joined(separator: ", "))).",
      ]
    }
    return lines
  }

  // MARK: Sentences

  private var headline: String {
    if diff.a.digest == diff.b.digest { return "They are one record." }
    var said: [String] = []
    switch diff.bytes {
    case .same: said.append("Their bytes are the same.")
    case .differ: said.append("Their bytes differ.")
    case .unknown: break
    }
    if diff.isOneView {
      said.append("Both are outputs of one view: the same was prescribed.")
    } else if diff.outcome != .unknown,
      !diff.differences.contains(where: { $0.nature == .prescribed })
    {
      said.append("Nothing that was prescribed differs.")
    }
    if diff.outcome == .unknown {
      said.append("Nothing that could be compared differs, and not all could be.")
    } else if diff.differences.isEmpty {
      said.append("Nothing that is recorded differs.")
    }
    return said.isEmpty ? "They differ." : said.joined(separator: " ")
  }

  private func sentence(_ difference: LineageDiff.Difference) -> String {
    let said: String
    switch difference.nature {
    case .unexplained: said = "Other bytes came out, and nothing that is recorded says why."
    case .unreadable: said = "\(noun(difference)) cannot be compared: \(reason(difference))."
    case .prescribed, .observed: said = values(difference)
    }
    return difference.reaches
      ? said : said + " (Not the reason: what came of it has the same bytes in both.)"
  }

  private func reason(_ difference: LineageDiff.Difference) -> String {
    guard let a = difference.a, let b = difference.b else {
      return "what \(difference.a == nil ? "A" : "B") has there was not listed"
    }
    let erased = [("A", graphA.node(a.record)), ("B", graphB.node(b.record))]
      .filter { $0.1?.record == nil }.map(\.0)
    return "that of \(erased.joined(separator: " and ")) was erased or not sent"
  }

  /// What the two sides say.
  private func values(_ difference: LineageDiff.Difference) -> String {
    guard let a = difference.a, let b = difference.b else {
      let (name, side, graph) =
        difference.a == nil
        ? ("B", difference.b, graphB) : ("A", difference.a, graphA)
      let node = side.flatMap { graph.node($0.record) }
      return "only \(name) has \(noun(difference)): \(node.map { title($0, graph) } ?? "?")"
    }
    let subject: String
    if let file = difference.file {
      subject = "file \(PlainText.line(file)) of \(noun(difference))"
    } else if ["/content", "/manifest", "/unrecorded"].contains(difference.pointer) {
      subject = noun(difference)
    } else {
      subject = "\(noun(difference)) \(PlainText.line(difference.pointer))"
    }
    let same = difference.isSameTensors ? " (the same tensors in another file)" : ""
    return "\(subject): \(value(a.value)) in A, \(value(b.value)) in B\(same)"
  }

  private func value(_ node: JSONNode?) -> String {
    guard let node else { return "nothing" }
    if let size = node["size"]?.integer,
      let digest = node["digest"]?.text.flatMap({ Digest(parsing: $0) })
    {
      let type = node["mediaType"]?.text.map { PlainText.line($0) + ", " } ?? ""
      return "\(type)\(Amounts.size(size)), \(NodeTitle.short(digest))"
    }
    return PlainText.line(String(decoding: node.canonicalBytes(), as: UTF8.self), limit: 80)
  }

  /// What kind of record, and in which role.
  private func noun(_ difference: LineageDiff.Difference) -> String {
    let kind = (difference.a ?? difference.b)?.kind.name ?? "record"
    guard let role = difference.path.last?.role else { return kind }
    return "\(kind) “\(PlainText.line(role))”"
  }

  private func whereabouts(_ difference: LineageDiff.Difference) -> String {
    let nature: String
    switch difference.nature {
    case .prescribed: nature = "prescribed"
    case .observed: nature = "observed"
    case .unexplained, .unreadable: nature = "not known"
    }
    let records = [("A", difference.a), ("B", difference.b)].compactMap { name, side in
      side.map { "\(name) \(NodeTitle.short($0.record))" }
    }
    return ([nature, "at " + way(difference.path)] + records).joined(separator: ", ")
  }

  private func sentence(_ shared: LineageDiff.Shared) -> String {
    let node = graphA.node(shared.record)
    return "\(way(shared.path)): \(node.map { title($0, graphA) } ?? shared.kind.name)"
  }

  /// `view › inputs “data”`: the references from the two records on.
  private func way(_ path: [LineageDiff.Step]) -> String {
    guard !path.isEmpty else { return "the records themselves" }
    let steps = path.map { step in
      // A rank refers to its execution: the way goes against the reference.
      let name = step.member == .rankExecution ? "rank" : step.member.name
      return name + (step.role.map { " “\(PlainText.line($0))”" } ?? "")
    }
    return (steps.count > 12 ? steps.prefix(4) + ["…"] + steps.suffix(6) : steps[...])
      .joined(separator: " › ")
  }

  private func title(_ node: LineageGraph.Node, _ graph: GraphIndex) -> String {
    "\(NodeTitle(of: node, in: graph).text)  \(NodeTitle.short(node.digest))"
  }
}
