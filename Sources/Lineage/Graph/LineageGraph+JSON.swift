package import Canonical
import Records
import StemmaCrypto

// The answer of `GET lineage/{digest}`, as schemas/openapi.yaml has it.
extension LineageGraph {
  package var json: JSONValue {
    .object(
      about + [
        ("nodes", list(nodes) { $0.append(to: &$1) }),
        ("edges", list(edges) { $0.append(to: &$1) }),
        ("beside", list(beside) { $0.append(to: &$1) }),
        ("associations", list(associations) { $0.append(to: &$1) }),
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
    var bytes: [UInt8] = []
    append(to: &bytes)
    return .raw(bytes)
  }

  /// Members stand in canonical order. Written piece by piece: an answer has thousands of them.
  ///
  /// - Parameter title: what it is in one line, where that is wanted too.
  func append(to json: inout [UInt8], title: NodeTitle? = nil) {
    json += #"{"committedAt":"#.utf8
    CanonicalText.append(string: committedAt.utf8.span, to: &json)
    json += #","digest":""#.utf8
    digest.append(textTo: &json)
    json.append(UInt8(ascii: "\""))
    if let distance {
      json += #","distance":"#.utf8
      CanonicalText.append(integer: Int64(distance), to: &json)
    }
    if isErased { json += #","erased":true"#.utf8 }
    json += #","index":"#.utf8
    CanonicalText.append(integer: index, to: &json)
    json += #","kind":"#.utf8
    CanonicalText.append(string: kind.name.utf8.span, to: &json)
    if let title {
      json += #","marks":"#.utf8
      JSONValue.array(title.marks.words.map(JSONValue.string)).appendCanonical(to: &json)
    }
    json += #","namespace":"#.utf8
    CanonicalText.append(string: namespace.utf8.span, to: &json)
    json += #","principal":"#.utf8
    CanonicalText.append(string: principal.utf8.span, to: &json)
    if let record {
      json += #","record":"#.utf8
      json += record.canonicalBytes()
    }
    if let title {
      json += #","title":"#.utf8
      CanonicalText.append(string: title.description.utf8.span, to: &json)
    }
    json.append(UInt8(ascii: "}"))
  }
}

extension LineageEdge {
  /// `kind` is that of `from`: a page can hold an edge of a node that an earlier page has.
  package var json: JSONValue {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return .raw(bytes)
  }

  fileprivate func append(to json: inout [UInt8]) {
    json += #"{"from":"#.utf8
    CanonicalText.append(integer: from, to: &json)
    json += #","kind":"#.utf8
    CanonicalText.append(string: member.kind.name.utf8.span, to: &json)
    json += #","member":"#.utf8
    CanonicalText.append(string: member.name.utf8.span, to: &json)
    if let role {
      json += #","role":"#.utf8
      CanonicalText.append(string: role.utf8.span, to: &json)
    }
    json += #","to":"#.utf8
    CanonicalText.append(integer: to, to: &json)
    json.append(UInt8(ascii: "}"))
  }
}

/// A list whose items are written one after the other.
func list<Item>(_ items: [Item], _ append: (Item, inout [UInt8]) -> Void) -> JSONValue {
  var bytes: [UInt8] = [UInt8(ascii: "[")]
  bytes.reserveCapacity(256 * items.count)
  for (place, item) in items.enumerated() {
    if place > 0 { bytes.append(UInt8(ascii: ",")) }
    append(item, &bytes)
  }
  bytes.append(UInt8(ascii: "]"))
  return .raw(bytes)
}
