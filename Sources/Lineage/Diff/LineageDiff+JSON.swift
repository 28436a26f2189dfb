package import Canonical
import Records
import StemmaCrypto

// The answer of `GET diff`, as schemas/openapi.yaml has it.
extension LineageDiff {
  package var json: JSONValue {
    .object([
      ("a", Self.subject(a)), ("b", Self.subject(b)),
      ("outcome", .string(outcome.rawValue)), ("bytes", .string(bytes.rawValue)),
      ("oneView", .bool(isOneView)),
      ("differences", .array(differences.map(\.json))),
      ("circumstances", .array(circumstances.map(\.json))),
      ("shared", .array(shared.map(\.json))),
      ("truncated", .bool(!truncatedBy.isEmpty)),
      ("truncatedBy", .array(truncatedBy.map(JSONValue.string))),
    ])
  }

  /// Why this may not be all; `limit` where more was found, or was there to be compared, than is told.
  package var truncatedBy: [String] { truncation.names + (isCut ? ["limit"] : []) }

  private static func subject(_ node: LineageGraph.Node) -> JSONValue {
    [
      "digest": .string(node.digest.description), "index": .integer(node.index),
      "kind": .string(node.kind.name),
    ]
  }
}

extension LineageDiff.Difference {
  fileprivate var json: JSONValue {
    .object(present: [
      "nature": .string(nature.rawValue),
      "path": .array(path.map(\.json)),
      "pointer": .string(pointer),
      "file": file.map(JSONValue.string),
      "a": a?.json, "b": b?.json,
      "sameTensors": isSameTensors ? true : nil,
      "reaches": .bool(reaches),
    ])
  }
}

extension LineageDiff.Side {
  fileprivate var json: JSONValue {
    .object(present: [
      "record": .string(record.description), "kind": .string(kind.name),
      "value": value.map { .raw($0.canonicalBytes()) },
    ])
  }
}

extension LineageDiff.Step {
  fileprivate var json: JSONValue {
    .object(present: [
      "kind": .string(member.kind.name), "member": .string(member.name),
      "role": role.map(JSONValue.string),
    ])
  }
}

extension LineageDiff.Shared {
  fileprivate var json: JSONValue {
    [
      "path": .array(path.map(\.json)), "record": .string(record.description),
      "kind": .string(kind.name),
    ]
  }
}
