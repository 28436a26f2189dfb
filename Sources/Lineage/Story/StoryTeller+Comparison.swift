import Canonical
import Records
import StemmaCrypto

// What else came out of the view, how it compares, and what was made further up.
extension StoryTeller {
  var comparison: [Sentence] {
    guard root.kind == .output || root.kind == .view else { return [] }
    return root.kind == .output ? verdicts + others : outputs
  }

  private var verdicts: [Sentence] {
    speakers(.verdictOutputs, about: root).compactMap { verdict in
      guard let record = verdict.record, let word = record["verdict"]?.plain else { return nil }
      let count = Int64(record["outputs"]?.count ?? 0) - 1
      let flags = record["flags"]?.elements.map(\.plain) ?? []
      let marks = flags.isEmpty ? "" : ", flagged \(list(flags))"
      return say(
        "\(PlainText.line(verdict.principal)) compared it with \(Amounts.count(count, "other output")) on \(Amounts.time(verdict.committedAt)): \(Self.meaning(word))\(marks).",
        verdict)
    }
  }

  /// A verdict in words.
  private static func meaning(_ verdict: String) -> String {
    switch verdict {
    case "bit_identical": "the same bytes"
    case "numerically_equivalent": "the same but for rounding"
    case "statistically_equivalent": "no difference that matters, by the statistics"
    case "divergent": "they differ more than they may"
    case "inconclusive": "undecided"
    case "not_comparable": "they cannot be compared"
    default: verdict
    }
  }

  private var others: [Sentence] {
    guard let siblings, let view else { return [] }
    let outputs = siblings.graph.nodes.filter { $0.kind == .output && $0.digest != root.digest }
    let isCut = !siblings.graph.truncation.subtracting([.depth, .beside]).isEmpty
    let known = (isCut ? "at least " : "") + Amounts.count(Int64(outputs.count), "other output")
    guard !outputs.isEmpty else {
      return isCut
        ? []
        : [
          say(
            "It is the only output of its view (the same model, inputs and context): nothing to compare it with.",
            view)
        ]
    }
    let bytes = Self.said(root)
    let same = outputs.count { bytes != nil && Self.said($0) == bytes }
    let hasVerdict = !speakers(.verdictOutputs, about: root).isEmpty
    let how =
      same == outputs.count
      ? "with the same bytes"
      : same == 0 ? "none with the same bytes" : "\(same) with the same bytes"
    var told = [
      say(
        "Its view (the same model, inputs and context) has \(known), \(how).",
        [view] + outputs.prefix(3))
    ]
    if !hasVerdict {
      told.append(say("Nobody has judged how they compare: no verdict is recorded.", root))
    }
    return told
  }

  private var outputs: [Sentence] {
    guard let siblings else { return [] }
    let outputs = siblings.graph.nodes.filter { $0.kind == .output }
    guard !outputs.isEmpty else { return [say("It has no output yet.", root)] }
    let isCut = !siblings.graph.truncation.subtracting([.depth, .beside]).isEmpty
    let kinds = Set(outputs.compactMap(Self.said)).count
    return [
      say(
        "It has \(isCut ? "at least " : "")\(Amounts.count(Int64(outputs.count), "output")), with \(kinds == 1 ? "the same bytes" : "\(kinds) different contents").",
        [root] + outputs.prefix(3))
    ]
  }

  private static func said(_ output: Node) -> [UInt8]? {
    (output.record?["content"] ?? output.record?["manifest"])?["digest"]?.utf8
  }

  /// Outputs further up than what the other topics tell, nearest first.
  var earlier: [Sentence] {
    let told = Set(
      ([root] + targets(of: root, .modelPromotedFrom)
        + (view.map { targets(of: $0, .viewModel) } ?? []).flatMap {
          targets(of: $0, .modelPromotedFrom)
        }).map(\.index))
    let outputs = graph.graph.nodes.filter { $0.kind == .output && !told.contains($0.index) }
    var sentences = outputs.prefix(Self.longest / 2).flatMap { output in
      [say("An output: \(title(output)).", output)] + making(of: output)
    }
    if outputs.count > Self.longest / 2 {
      sentences.append(
        say(
          "And \(outputs.count - Self.longest / 2) more outputs further up; `stemma lineage \(root.digest)` lists them."
        ))
    }
    return sentences
  }
}
