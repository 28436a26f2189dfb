import Canonical
import Records
import StemmaCrypto

// What a view prescribes, and what its parts come from.
extension StoryTeller {
  func model(of view: Node) -> [Sentence] {
    guard let model = targets(of: view, .viewModel).first else {
      return view.record == nil || view.record?["model"] != nil
        ? [] : [say("No model: it was made from what went in alone.", view)]
    }
    let verb = root.kind == .view ? "is made" : "was made"
    var told = [say("It \(verb) by the \(title(model)).", view, model)]
    told += names(of: model, pronoun: "this model")
    told += origin(of: model, pronoun: "This model")
    return told
  }

  /// Where a model comes from.
  func origin(of model: Node, pronoun: String) -> [Sentence] {
    var told: [Sentence] = []
    for output in targets(of: model, .modelPromotedFrom) {
      told.append(
        say("\(pronoun) is an output that was promoted: \(title(output)).", model, output))
      told += making(of: output)
    }
    let bases = targets(of: model, .modelBase)
    if !bases.isEmpty {
      told.append(
        say(
          "\(pronoun) was made out of \(list(bases.map(title))).",
          [model] + bases.prefix(Self.longest)))
    }
    if let record = model.record, record["promotedFrom"] == nil {
      told.append(
        say(
          bases.isEmpty
            ? "How it was made is not recorded." : "How it was made out of them is not recorded.",
          model))
    }
    return told
  }

  /// One output further up in two sentences: when and where it was made, and from what.
  func making(of output: Node) -> [Sentence] {
    var told: [Sentence] = []
    let devices = targets(of: output, .outputDevices)
    let executions = targets(of: output, .outputExecution)
    let time = output.record?["producedAt"]?.text.map { " on \(Amounts.time(PlainText.line($0)))" }
    if !devices.isEmpty || time != nil {
      let place = devices.isEmpty ? "" : ", on \(list(devices.map(device)))"
      let run = executions.first.map { ", by the \(title($0))" } ?? ""
      told.append(
        say("That output was made\(time ?? "")\(place)\(run).", [output] + executions + devices))
      told += executions.flatMap { gang(of: $0, "that run") }
    }
    guard let view = targets(of: output, .outputView).first else { return told }
    let inputs = inputEdges(of: view)
    var parts = inputs.map { "\(PlainText.line($0.role)): \(labelled($0.node))" }
    if let model = targets(of: view, .viewModel).first {
      parts.insert("model: \(title(model))", at: 0)
    }
    let context = targets(of: view, .viewContext)
    let isOurs = context.first.map { node in
      self.view.map { targets(of: $0, .viewContext).contains { $0.digest == node.digest } } ?? false
    }
    let under =
      isOurs == true && root.kind == .output
      ? "the same context as this output" : context.first.map { labelled($0) } ?? "a context"
    told.append(
      say(
        (parts.isEmpty ? "It was made from nothing" : "It was made from \(list(parts))")
          + ", under \(under).", [view] + inputs.prefix(Self.longest).map(\.node) + context))
    return told
  }

  func inputs(of view: Node) -> [Sentence] {
    guard view.record != nil || !inputEdges(of: view).isEmpty else { return [] }
    let inputs = inputEdges(of: view)
    if inputs.isEmpty {
      return view.record?["inputs"]?.count == 0
        ? [say("Nothing: no input is prescribed.", view)] : []
    }
    var told = inputs.prefix(Self.longest).map { role, node in
      let asked = targets(of: node, .inputObtainedBy)
      let origin =
        asked.isEmpty ? "" : ", which \(Amounts.count(Int64(asked.count), "output")) asked for"
      return say(
        "As “\(PlainText.line(role))”: \(labelled(node))\(origin).", [view, node] + asked.prefix(3))
    }
    if inputs.count > Self.longest {
      told.append(say("And \(inputs.count - Self.longest) more inputs.", view))
    }
    return told
  }

  func context(of view: Node) -> [Sentence] {
    guard let context = targets(of: view, .viewContext).first else { return [] }
    guard let record = context.record else {
      return context.isErased
        ? [say("The context was erased: what it prescribed can no longer be read.", context)] : []
    }
    var told: [Sentence] = []
    if let code = record["code"] {
      told.append(
        say(
          "Code: \(code["repository"]?.plain ?? "?") at commit \(code["commit"]?.plain.prefix(12) ?? "?").",
          context))
    }
    if let parameters = record["parameters"] {
      told.append(say("Parameters: \(list(parameters.settings)).", context))
    }
    if let decision = record["decision"] {
      told.append(say("Decision: \(list(decision.settings)).", context))
    }
    if let executor = record["executor"] {
      told.append(say("A worker runs what it has configured as \(executor.plain).", context))
    }
    if told.isEmpty { told.append(say("Nothing: its context is empty.", context)) }
    if let promise = view.record?["determinism"].flatMap(promise) {
      told.append(say(promise, view))
    }
    return told
  }

  private func promise(_ determinism: JSONNode) -> String? {
    switch determinism.text {
    case "not_guaranteed": "It need not come out the same again (not_guaranteed)."
    case "run_to_run": "It should come out the same again on the same device class (run_to_run)."
    case "device_to_device":
      "It should come out the same again on any device class (device_to_device)."
    default: nil
    }
  }

  /// The inputs of a view: by role, then in the order of the log.
  func inputEdges(of view: Node) -> [(role: String, node: Node)] {
    graph.above(view.index).compactMap { edge in
      guard edge.member == .viewInputs, let node = graph.node(edge.to) else { return nil }
      return (edge.role ?? "?", node)
    }
  }

  /// A title with what must be known before the record is trusted.
  func labelled(_ node: Node) -> String {
    let marks = NodeMarks(of: node, in: graph)
    return title(node) + (marks.isEmpty ? "" : " (\(marks.text))")
  }
}
