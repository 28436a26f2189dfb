package import Canonical
import Records
import StemmaCrypto

extension Story {
  /// Sections with their titles; every sentence ends in the short digests of the records that it rests on.
  package var lines: [String] {
    var lines: [String] = []
    for section in sections {
      if !lines.isEmpty { lines.append("") }
      lines.append(section.topic.title)
      for sentence in section.sentences {
        let records = sentence.records.map(NodeTitle.short).joined(separator: " ")
        lines.append("  \(sentence.text)" + (records.isEmpty ? "" : "  [\(records)]"))
      }
    }
    return lines
  }

  package var json: JSONValue {
    [
      "root": .string(root.digest.description), "index": .integer(root.index),
      "kind": .string(root.kind.name), "at": .integer(at),
      "sections": .array(sections.map(\.json)),
      "truncated": .bool(!truncation.isEmpty),
      "truncatedBy": .array(truncation.names.map(JSONValue.string)),
    ]
  }
}

extension Story.Section {
  fileprivate var json: JSONValue {
    [
      "topic": .string(topic.rawValue), "title": .string(topic.title),
      "sentences": .array(
        sentences.map { sentence in
          [
            "text": .string(sentence.text),
            "records": .array(sentence.records.map { .string($0.description) }),
          ]
        }),
    ]
  }
}
