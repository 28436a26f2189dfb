import Canonical
import Records
import StemmaCrypto

// What was said later of the record, and of all that it rests on.
extension StoryTeller {
  /// Labels of each node: the last one, and what it was before. Whether a lower one counts is told by its approval.
  var labels: [Sentence] {
    var told = graph.graph.nodes.compactMap { node -> Sentence? in
      let labels = speakers(.labelSubject, about: node)
      guard let last = labels.last, let label = last.record?["label"]?.plain else { return nil }
      var text = "\(subjectName(node)) is labelled \(label) since \(Amounts.time(last.committedAt))"
      text += reason(last)
      guard let before = labels.dropLast().last else { return say(text + ".", node, last) }
      let approvals = speakers(.approvalSubject, about: last).filter {
        $0.principal != last.principal
      }
      let agreed =
        approvals.first.map { "\(PlainText.line($0.principal)) approved the change" }
        ?? "nobody else has approved the change"
      text += "; before that \(before.record?["label"]?.plain ?? "?"), and \(agreed)"
      return say(text + ".", [node, last, before] + approvals.prefix(1))
    }
    if told.count > Self.longest {
      let rest = told.count - Self.longest
      told = told.prefix(Self.longest) + [say("And \(rest) more records carry labels.")]
    }
    return told
  }

  var retractions: [Sentence] {
    var told = graph.graph.nodes.compactMap { node -> Sentence? in
      guard let last = speakers(.retractionSubject, about: node).last, let record = last.record
      else { return nil }
      let effect =
        record["effect"]?.isText("ever") == true
        ? "it was always wrong" : "it was good until then, and is not to be used any more"
      let replacement = targets(of: last, .retractionReplacement).first.map {
        " Use \(title($0)) instead."
      }
      return say(
        "RETRACTED: \(subjectName(node)), on \(Amounts.time(last.committedAt)) by \(PlainText.line(last.principal)): \(effect)\(reason(last)).\(replacement ?? "")",
        node, last)
    }
    if let view {
      told += speakers(.successionFrom, about: view).map { change in
        let views = targets(of: change, .successionTo)
        return say(
          "SUPERSEDED: \(list(views.map(title))) took the place of its view on \(Amounts.time(change.committedAt)).",
          [view, change] + views)
      }
      told += speakers(.successionTo, about: view).map { change in
        let views = targets(of: change, .successionFrom)
        return say(
          "Its view took the place of \(list(views.map(title))) on \(Amounts.time(change.committedAt)).",
          [view, change] + views)
      }
    }
    return told
  }

  var erasures: [Sentence] {
    graph.graph.nodes.flatMap { node in
      speakers(.erasureSubject, about: node).map { erasure in
        let what: String
        switch erasure.record?["what"]?.text {
        case "content": what = "The content"
        case "row": what = "Row \(erasure.record?["row"]?.plain ?? "?")"
        default: what = "The record itself"
        }
        return say(
          "\(what) of \(subjectName(node, inSentence: true)) was destroyed on \(Amounts.time(erasure.committedAt))\(reason(erasure)).",
          node, erasure)
      }
    }
  }

  /// Said only where everything was looked at.
  var allClear: [Sentence] {
    guard isAllThereIs else {
      return [
        say(
          "This is as much as the bundle holds: whether it leaves out a label, a retraction or anything else that was said later, only the store can tell."
        )
      ]
    }
    guard graph.graph.truncation.isEmpty else { return [] }
    var clear: [String] = []
    if labels.isEmpty { clear.append("labelled") }
    if retractions.isEmpty { clear.append("retracted") }
    if erasures.isEmpty, !graph.graph.nodes.contains(where: \.isErased) { clear.append("erased") }
    guard !clear.isEmpty else { return [] }
    let words =
      clear.count == 1
      ? clear[0] : clear.dropLast().joined(separator: ", ") + " or " + clear[clear.count - 1]
    return [say("Neither it nor anything that it rests on is recorded as \(words).")]
  }

  var unknown: [Sentence] {
    var told = graph.graph.truncation.names.map { say(Self.explanation(of: $0)) }
    let erased = graph.graph.nodes.filter { $0.record == nil }
    if !erased.isEmpty {
      told.append(
        say(
          "\(Amounts.count(Int64(erased.count), "record")) cannot be read any more; what they rest on is still known.",
          Array(erased.prefix(Self.longest))))
    }
    let elsewhere = graph.graph.nodes.filter { $0.record?["unrecorded"] != nil }
    if !elsewhere.isEmpty {
      told.append(
        say(
          "\(Amounts.count(Int64(elsewhere.count), "input")) \(elsewhere.count == 1 ? "stands" : "stand") for records of other sites, which are not here.",
          Array(elsewhere.prefix(Self.longest))))
    }
    guard root.kind == .output else { return told }
    let executions = targets(of: root, .outputExecution)
    let ranks = executions.flatMap { speakers(.rankExecution, about: $0) }
    if !ranks.contains(where: { !speakers(.attestationRank, about: $0).isEmpty }) {
      told.append(
        say(
          "The devices are what the run itself said of them: nobody has attested it.",
          executions + targets(of: root, .outputDevices)))
    }
    return told
  }

  private static func explanation(of limit: String) -> String {
    switch limit {
    case "beside":
      "More is said of these records than was looked at, the newest first: older names, labels and the like can be missing."
    case "namespace": "Something further up lies in a namespace that is not seen from here."
    default: "The walk up was cut (\(limit)): there is more than this story tells of."
    }
  }

  private func subjectName(_ node: Node, inSentence: Bool = false) -> String {
    if node.index == root.index { return "This \(node.kind.name)".lowercasedFirst(inSentence) }
    return "The \(title(node))".lowercasedFirst(inSentence)
  }

  private func reason(_ record: Node) -> String {
    record.record?["reason"].map { " (\($0.plain))" } ?? ""
  }
}

extension String {
  fileprivate func lowercasedFirst(_ isWanted: Bool) -> String {
    isWanted ? prefix(1).lowercased() + dropFirst() : self
  }
}
