import Canonical
import Records
import StemmaCrypto

// What the record is, and who wrote it.
extension StoryTeller {
  var subject: [Sentence] {
    var told = [say(opening, root)]
    let recorded =
      "recorded on \(Amounts.time(root.committedAt)) by \(PlainText.line(root.principal))."
    if root.kind == .output, let time = root.record?["producedAt"]?.text {
      told.append(
        say("It was produced on \(Amounts.time(PlainText.line(time))) and \(recorded)", root))
    } else {
      told.append(say("It was \(recorded)", root))
    }
    if let key = root.record?["key"] {
      told.append(say("Its caller knows it by the key \(key.plain).", root))
    }
    if let rows = root.record?["rows"], let count = rows["count"]?.integer {
      told.append(
        say("It holds \(Amounts.count(count, "row")), named by \(rows["key"]?.plain ?? "?").", root)
      )
    }
    told += names(of: root, pronoun: "it")
    if root.kind == .model { told += origin(of: root, pronoun: "It") }
    if root.kind == .input { told += inputOrigin(root) }
    return told
  }

  private var opening: String {
    guard root.record != nil else {
      return
        "This is \(article(root.kind)) whose record was \(root.isErased ? "erased" : "not sent")."
    }
    if root.kind == .output, let output = view?.record?["output"] {
      let what = [output["type"]?.plain, content(of: root)].compactMap(\.self)
      return
        "This is the output “\(output["name"]?.plain ?? "?")”: \(what.joined(separator: ", "))."
    }
    let parts = ([article(root.kind)] + [description(of: root)]).filter { !$0.isEmpty }
    return "This is \(parts.joined(separator: ": "))."
  }

  /// Which names point to a record now, or did when the root was recorded.
  ///
  /// A name's next move says until when it pointed here: only moves that the snapshot holds are told.
  func names(of node: Node, pronoun: String) -> [Sentence] {
    speakers(.nameTarget, about: node).suffix(Self.longest).compactMap { move in
      guard let name = move.record?["name"]?.plain else { return nil }
      let next = speakers(.namePrevious, about: move).first
      let since = Amounts.time(move.committedAt)
      if let next {
        guard node.index != root.index, next.index > root.index else {
          return say(
            "The name \(name) pointed to \(pronoun) from \(since) until \(Amounts.time(next.committedAt)).",
            move, next)
        }
      }
      if node.index == root.index {
        return say("The name \(name) points to \(pronoun), since \(since).", move)
      }
      if move.index > root.index {
        return say(
          "The name \(name) came to point to \(pronoun) on \(since), after this \(root.kind.name) was recorded.",
          move)
      }
      return say(
        "The name \(name) pointed to \(pronoun) when this \(root.kind.name) was recorded.", move)
    }
  }

  /// Media type and size; `a folder` for a manifest. Nil where nothing is said of it.
  func content(of node: Node) -> String? {
    guard let record = node.record else { return nil }
    if let content = record["content"], let size = content["size"]?.integer {
      return "\(content["mediaType"]?.plain ?? "?"), \(Amounts.size(size))"
    }
    return record["manifest"] == nil ? nil : "a folder of files"
  }

  private func description(of node: Node) -> String {
    NodeTitle(of: node, in: graph).description
  }

  private func inputOrigin(_ input: Node) -> [Sentence] {
    targets(of: input, .inputObtainedBy).prefix(Self.longest).map {
      say("It was obtained because an output asked for it: \(title($0)).", input, $0)
    }
  }

  func article(_ kind: Kind) -> String {
    let name = kind == .ended ? "end of a rank" : kind.name
    let isVowel = ["a", "e", "i", "o", "u"].contains { name.hasPrefix($0) }
    return (isVowel ? "an " : "a ") + name
  }
}
