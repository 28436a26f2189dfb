import Canonical
import Records
import StemmaCrypto

/// The parts of a record's title, kind by kind.
struct TitleFacts {
  private(set) var called: String?
  private(set) var details: [String] = []

  private let graph: GraphIndex
  private let index: Int64
  private let other: Int64?

  init(of node: LineageGraph.Node, in graph: GraphIndex, beside other: Int64?) {
    self.graph = graph
    self.other = other
    index = node.index
    guard let record = node.record else { return }
    called = givenTitle
    switch node.kind {
    case .input: input(record)
    case .model: model(record)
    case .context: context(record)
    case .view, .recipe: view(record)
    case .resolution: details = target("of", record, "recipe") + target("as", record, "view")
    case .device: device(record)
    case .execution: execution(record)
    case .rank: rank(record, isBeside: node.distance == nil)
    case .ended: details = [Self.exit(record), "at \(Amounts.time(record.shown("endedAt")))"]
    case .attestation:
      details = ["level \(record.shown("level"))", "by \(record.shown("verifier"))"]
    case .output: output(record)
    case .verdict: verdict(record)
    case .name: statement(record, named: "name", of: "target")
    case .retraction: retraction(record)
    case .succession: details = target("of", record, "from") + target("by", record, "to")
    case .label: statement(record, named: "label", of: "subject")
    case .approval: details = target("of", record, "subject")
    case .erasure: erasure(record)
    case .note: details = target("on", record, "subject")
    }
    if node.kind == .note { called = record["note"]?["title"]?.text.map { PlainText.line($0) } }
  }

  // MARK: What truth is made of

  private mutating func input(_ record: JSONNode) {
    content(record)
    if let digest = record["unrecorded"] {
      details.append("a record of another site, \(Self.short(digest))")
    }
    if let outputs = record["obtainedBy"]?.count {
      details.append("asked for by \(Amounts.count(Int64(outputs), "output"))")
    }
  }

  private mutating func model(_ record: JSONNode) {
    details = [record.shown("format")]
    content(record, withType: false)
    if record["promotedFrom"] != nil { details.append("promoted from an output") }
    if let bases = record["base"]?.count {
      details.append("made from \(Amounts.count(Int64(bases), "other model"))")
    }
  }

  private mutating func context(_ record: JSONNode) {
    let parameters = record["parameters"].map { Array($0.members) } ?? []
    let shown = parameters.filter { $0.value.count == 0 }.prefix(3)
    details += shown.map { PlainText.line("\($0.key.text ?? "")=\($0.value.shown)", limit: 40) }
    if parameters.count > shown.count {
      details.append(Amounts.count(Int64(parameters.count - shown.count), "more parameter"))
    }
    if let code = record["code"] {
      details.append("code \(code.shown("repository"))@\(code.shown("commit").prefix(7))")
    }
    if let executor = record["executor"] { details.append("run by \(executor.shown)") }
    if details.isEmpty { details = ["nothing prescribed"] }
  }

  /// A view, and a recipe, which is one over names.
  private mutating func view(_ record: JSONNode) {
    if let output = record["output"] {
      called = called ?? record["name"]?.shown ?? output.shown("name")
      if record["name"] != nil { details.append("makes \(output.shown("name"))") }
      let type = output.shown("type")
      details += type == called ? [] : [type]
      details.append(output.shown("mediaType"))
    }
    if let inputs = record["inputs"]?.count {
      details.append("over \(Amounts.count(Int64(inputs), "input"))")
    }
  }

  private mutating func output(_ record: JSONNode) {
    let view = record["view"].flatMap(node)
    called = called ?? view?.record?["output"]?["name"]?.shown
    if let key = record["key"] { details.append("key \(key.shown)") }
    content(record)
    let devices = (record["devices"].map { Array($0.elements) } ?? [])
      .compactMap { node($0)?.record.map(Self.device) }
    if let first = devices.first {
      details.append(
        "on \(first)"
          + (devices.count > 1
            ? " and \(Amounts.count(Int64(devices.count - 1), "other device class"))" : ""))
    }
  }

  // MARK: What ran where

  /// `nvidia-a100-sxm4-40gb (mig 3g.20gb, 42 SMs)`.
  static func device(_ record: JSONNode) -> String {
    guard let share = record["share"] else { return record.shown("class") }
    var parts = [share.shown("mode").replacing("_", with: " ")]
    if let profile = share["profile"] { parts[0] += " \(profile.shown)" }
    if let count = share["smCount"] { parts.append("\(count.shown) SMs") }
    return "\(record.shown("class")) (\(parts.joined(separator: ", ")))"
  }

  private mutating func device(_ record: JSONNode) {
    called = Self.device(record)
    if let driver = record["driver"] { details.append("driver \(driver.shown)") }
    if let runtime = record["runtime"] { details.append(runtime.shown) }
  }

  private mutating func execution(_ record: JSONNode) {
    called = String(record.shown("id").prefix(8))
    guard let gang = record["gang"] else { return }
    let size = Int(gang["size"]?.integer ?? 1)
    details =
      size == 1
      ? ["one process"] : ["\(size) ranks", "\(gang.shown("system")) \(gang.shown("id"))"]
    let started = graph.statements(about: index).compactMap { edge in
      edge.member == .rankExecution ? graph.node(edge.from)?.record?["rank"]?.integer : nil
    }
    // Where none is shown, or not all are, nothing is known of the others.
    if !started.isEmpty, !graph.graph.truncation.contains(.beside), Set(started).count < size {
      details.append("only \(Set(started).count) started")
    }
  }

  private mutating func rank(_ record: JSONNode, isBeside: Bool) {
    let size = record["execution"].flatMap(node)?.record?["gang"]?["size"]
    called = record.shown("rank") + (size.map { " of \($0.shown)" } ?? "")
    if let attempt = record["attempt"]?.integer, attempt > 0 {
      details.append("attempt \(attempt)")
    }
    if let node = record["placement"]?["node"] { details.append("on node \(node.shown)") }
    details.append("started \(Amounts.time(record.shown("startedAt")))")
    let ends = graph.statements(about: index).filter { $0.member == .endedRank }
    if let ended = ends.last.flatMap({ graph.node($0.from) }) {
      details.append(ended.record.map { "ended \(Self.exit($0))" } ?? "ended")
    } else if isBeside {
      details.append("has not ended")
    }
  }

  private static func exit(_ record: JSONNode) -> String {
    let exit = record["exit"]
    if let code = exit?["code"] { return "with code \(code.shown)" }
    if let signal = exit?["signal"] { return "by signal \(signal.shown)" }
    return "in a way that is not known: \(exit?.shown("unknown") ?? "?")"
  }

  // MARK: What is said of others

  private mutating func verdict(_ record: JSONNode) {
    called = record.shown("verdict").replacing("_", with: " ")
    details = ["over \(Amounts.count(Int64(record["outputs"]?.count ?? 0), "output"))"]
    if let flags = record["flags"], !flags.elements.isEmpty {
      details.append("flags " + flags.elements.map(\.shown).joined(separator: " "))
    }
  }

  private mutating func retraction(_ record: JSONNode) {
    details = target("of", record, "subject")
    details.append(
      record["effect"]?.isText("ever") == true ? "was always wrong" : "not to be used from now on")
    details.append(record.shown("reason"))
  }

  private mutating func erasure(_ record: JSONNode) {
    let what = record["row"].map { "row \($0.shown)" } ?? record.shown("what")
    details = ["of \(what.replacing("_", with: " "))"] + target("of", record, "subject")
    details.append(record.shown("reason"))
  }

  /// A record that says one word of another one.
  private mutating func statement(
    _ record: JSONNode, named word: StaticString, of subject: StaticString
  ) {
    called = record.shown(word)
    details = target("of", record, subject)
    if let reason = record["reason"] { details.append(reason.shown) }
  }

  // MARK: Parts

  private mutating func content(_ record: JSONNode, withType: Bool = true) {
    if let content = record["content"] {
      if withType { details.append(content.shown("mediaType")) }
      details.append(Amounts.size(content["size"]?.integer ?? 0))
    } else if record["manifest"] != nil {
      details.append("a folder")
    }
    if let count = record["rows"]?["count"]?.integer {
      details.append(Amounts.count(count, "row"))
    }
  }

  /// The title in the newest note that has one; otherwise the newest name that came here and stayed.
  private var givenTitle: String? {
    let statements = graph.statements(about: index).reversed().compactMap { edge in
      isCurrent(edge) ? graph.node(edge.from)?.record.map { (edge.member, $0) } : nil
    }
    let titles = statements.lazy.compactMap { member, record in
      member == .noteSubject ? record["note"]?["title"]?.text.map { PlainText.line($0) } : nil
    }
    let names = statements.lazy.compactMap { member, record in
      member == .nameTarget ? record["name"]?.shown : nil
    }
    return titles.first ?? names.first
  }

  /// Whether no later move took the name away again.
  private func isCurrent(_ edge: LineageEdge) -> Bool {
    edge.member != .nameTarget
      || !graph.statements(about: edge.from).contains { $0.member == .namePrevious }
  }

  /// The kind and short digest of the record that a member names; nothing for the one beside it.
  private func target(_ word: String, _ record: JSONNode, _ member: StaticString) -> [String] {
    guard let reference = record[member] else { return [] }
    let target = node(reference)
    if let other, target?.index == other { return [] }
    return [
      [word, target?.kind.name, Self.short(reference)].compactMap(\.self).joined(separator: " ")
    ]
  }

  private func node(_ reference: JSONNode) -> LineageGraph.Node? {
    reference.text.flatMap { Digest(parsing: $0) }.flatMap(graph.node)
  }

  private static func short(_ reference: JSONNode) -> String {
    reference.text.flatMap { Digest(parsing: $0) }.map(NodeTitle.short) ?? reference.shown
  }
}

extension JSONNode {
  /// A value for people: strings without their quotes.
  fileprivate var shown: String {
    PlainText.line(text ?? String(decoding: canonicalBytes(), as: UTF8.self))
  }

  /// The member's value for people; `?` where it is not there.
  fileprivate func shown(_ member: StaticString) -> String { self[member]?.shown ?? "?" }
}
