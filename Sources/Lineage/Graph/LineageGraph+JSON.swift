package import Canonical
import Records
import StemmaCrypto

// The answer of `GET lineage/{digest}`, as schemas/openapi.yaml has it.
extension LineageGraph {
  package var json: JSONValue {
    .object(
      about + [
        ("nodes", .array(nodes.map(\.json))),
        ("edges", .array(edges.map(\.json))),
        ("beside", .array(beside.map(\.json))),
        ("associations", .array(associations.map(\.json))),
      ])
  }

  /// All but the lists: the last line of an answer that is streamed.
  package var summary: JSONValue { .object(about) }

  private var about: [(String, JSONValue)] {
    [
      ("root", .integer(root)),
      ("direction", .string(direction.rawValue)),
      ("at", .integer(at)),
      ("truncated", .bool(!truncation.isEmpty)),
      ("truncatedBy", .array(truncation.names.map(JSONValue.string))),
    ] + (next.map { [("next", .string($0))] } ?? [])
  }
}

extension LineageGraph.Node {
  package var json: JSONValue {
    .object(present: [
      "index": .integer(index),
      "digest": .string(digest.description),
      "kind": .string(kind.name),
      "namespace": .string(namespace),
      "principal": .string(principal),
      "committedAt": .string(committedAt),
      "distance": distance.map { .integer(Int64($0)) },
      "erased": isErased ? .bool(true) : nil,
      "record": record.map { .raw($0.canonicalBytes()) },
    ])
  }
}

extension LineageEdge {
  /// `kind` is that of `from`: a page can hold an edge of a node that an earlier page has.
  package var json: JSONValue {
    .object(present: [
      "from": .integer(from), "to": .integer(to), "kind": .string(member.kind.name),
      "member": .string(member.name),
      "role": role.map(JSONValue.string),
    ])
  }
}
