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

  /// Lines of JSON, one an item, as an answer that is streamed has them: an object of one member.
  package static func lines(
    _ name: StaticString, _ items: some Collection<some LineageItem>
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(256 * items.count)
    for item in items {
      bytes.append("{\"")
      bytes.append(name)
      bytes.append("\":")
      item.append(to: &bytes)
      bytes.append("}\n")
    }
    return bytes
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

/// What an answer has many of. Written piece by piece, and members stand in canonical order.
package protocol LineageItem {
  func append(to json: inout [UInt8])
}

extension LineageItem {
  package var json: JSONValue {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return .raw(bytes)
  }
}

extension LineageGraph.Node: LineageItem {
  package func append(to json: inout [UInt8]) { append(to: &json, title: nil) }

  /// - Parameter title: what it is in one line, where that is wanted too.
  func append(to json: inout [UInt8], title: NodeTitle?) {
    json.append(#"{"committedAt":"#)
    CanonicalText.append(string: committedAt.utf8.span, to: &json)
    json.append(#","digest":""#)
    digest.append(textTo: &json)
    json.append(UInt8(ascii: "\""))
    if let distance {
      json.append(#","distance":"#)
      CanonicalText.append(integer: Int64(distance), to: &json)
    }
    if isErased { json.append(#","erased":true"#) }
    json.append(#","index":"#)
    CanonicalText.append(integer: index, to: &json)
    json.append(#","kind":"#)
    CanonicalText.append(string: kind.name.utf8.span, to: &json)
    if let title {
      json.append(#","marks":"#)
      JSONValue.array(title.marks.words.map(JSONValue.string)).appendCanonical(to: &json)
    }
    json.append(#","namespace":"#)
    CanonicalText.append(string: namespace.utf8.span, to: &json)
    json.append(#","principal":"#)
    CanonicalText.append(string: principal.utf8.span, to: &json)
    if let record {
      json.append(#","record":"#)
      json += record.canonicalBytes()
    }
    if let title {
      json.append(#","title":"#)
      CanonicalText.append(string: title.description.utf8.span, to: &json)
    }
    json.append(UInt8(ascii: "}"))
  }
}

extension LineageEdge: LineageItem {
  /// `kind` is that of `from`: a page can hold an edge of a node that an earlier page has.
  package func append(to json: inout [UInt8]) {
    json.append(#"{"from":"#)
    CanonicalText.append(integer: from, to: &json)
    json += Self.kindAndMember[Int(member.rawValue)]
    if let role {
      json.append(#","role":"#)
      CanonicalText.append(string: role.utf8.span, to: &json)
    }
    json.append(#","to":"#)
    CanonicalText.append(integer: to, to: &json)
    json.append(UInt8(ascii: "}"))
  }
}

extension LineageEdge {
  /// By number of the member: the part of an edge's text that is always the same.
  private static let kindAndMember: [[UInt8]] = {
    let members = ReferenceMember.allCases
    var texts = [[UInt8]](
      repeating: [], count: 1 + (members.map { Int($0.rawValue) }.max() ?? 0))
    for member in members {
      texts[Int(member.rawValue)] = Array(
        #","kind":"\#(member.kind.name)","member":"\#(member.name)""#.utf8)
    }
    return texts
  }()
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
