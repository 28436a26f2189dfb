import Canonical
import StemmaCrypto

/// Views over one input, each with an output; every second one over an output of an earlier commit.
final class DependentRecords {
  /// Of one commit: a view and an output each.
  static let viewsEach = 500
  /// Inputs, context, device, execution.
  static let foundationRecords = 5

  /// Where the input comes to be: the foundations are the store's first records, in this order.
  let subjectIndex: Int64 = 0
  private let context: JSONValue = [
    "kind": "context", "v": 1, "executor": "score", "parameters": ["bench": "stale"],
  ]
  private let device: JSONValue = [
    "kind": "device", "v": 1, "class": "cpu", "share": ["mode": "whole"],
  ]
  private let execution: JSONValue = [
    "kind": "execution", "v": 1, "id": "00000000-0000-4000-8000-000000000001",
    "gang": ["system": "none", "id": "1", "size": 1],
  ]

  /// Digests of the outputs that later views are over: each hangs on the one before.
  private var sources: [Int: JSONValue] = [:]

  var foundations: [UInt8] {
    Self.commit([input("old"), input("new"), context, device, execution])
  }

  var retraction: [UInt8] {
    Self.commit([
      [
        "kind": "retraction", "v": 1, "subject": Self.digest(input("old")),
        "replacement": Self.digest(input("new")), "reason": "bench", "effect": "ever",
      ]
    ])
  }

  func views(_ range: Range<Int>) -> [UInt8] {
    Self.commit(range.flatMap { [view($0), output($0)] })
  }

  private func input(_ word: String) -> JSONValue {
    ["kind": "input", "v": 1, "content": Self.descriptor(word)]
  }

  private func view(_ number: Int) -> JSONValue {
    // The last output of the commit before: chains as long as there are commits.
    let earlier = number / Self.viewsEach * Self.viewsEach - 1
    let isOver = number % 2 == 1 && earlier >= 0
    let source = isOver ? source(earlier) : Self.digest(input("old"))
    return [
      "kind": "view", "v": 1, "inputs": [["role": "data", "ref": source]],
      "context": Self.digest(context),
      "output": ["name": "v\(number)", "type": "bytes", "mediaType": "text/plain"],
      "determinism": "run_to_run",
    ]
  }

  private func source(_ number: Int) -> JSONValue {
    if let known = sources[number] { return known }
    let digest = Self.digest(output(number))
    sources[number] = digest
    return digest
  }

  private func output(_ number: Int) -> JSONValue {
    [
      "kind": "output", "v": 1, "view": Self.digest(view(number)),
      "execution": Self.digest(execution), "devices": [Self.digest(device)],
      "sample": "\(number)", "producedAt": "2026-11-24T10:00:00.000000Z",
      "content": Self.descriptor("output \(number)"),
    ]
  }

  private static func descriptor(_ word: String) -> JSONValue {
    let digest = SHA256.digest(of: Array(word.utf8))
    return [
      "digest": .string(digest.description), "size": .count(word.utf8.count),
      "mediaType": "text/plain",
    ]
  }

  private static func digest(_ record: JSONValue) -> JSONValue {
    .string(SHA256.digest(of: record.canonicalBytes()).description)
  }

  private static func commit(_ records: [JSONValue]) -> [UInt8] {
    JSONValue.object([("records", .array(records.map { .object([("record", $0)]) }))])
      .canonicalBytes()
  }
}
