/// A JSON value to be written: replies, and records that a program builds.
///
/// Its text is canonical (RFC 8785), whatever order its members were given in.
package indirect enum JSONValue: Sendable {
  case null
  case bool(Bool)
  /// Within ±(2^53 − 1).
  case integer(Int64)
  /// Finite, and not an integer beyond ±(2^53 − 1) that would print without an exponent.
  case double(Double)
  case string(String)
  case array([JSONValue])
  /// In any order; no two members with the same bytes as name.
  case object([(String, JSONValue)])
  /// Canonical JSON that is written as it stands; this is not checked.
  case raw([UInt8])
}

extension JSONValue {
  /// An object without those members whose value is nil.
  package static func object(present members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
    .object(members.compactMap { name, value in value.map { (name, $0) } })
  }

  /// Copies a parsed value.
  package init(_ node: JSONNode) {
    switch node.type {
    case .null:
      self = .null
    case .bool:
      self = .bool(node.bool ?? false)
    case .number:
      self = node.integer.map(JSONValue.integer) ?? .double(node.double ?? 0)
    case .string:
      self = .string(node.text ?? "")
    case .array:
      self = .array(node.elements.map(JSONValue.init))
    case .object:
      self = .object(
        node.members.map { ($0.key.text ?? "", JSONValue($0.value)) })
    }
  }

  /// The canonical bytes.
  ///
  /// - Precondition: no number out of range and no name twice in an object (see the cases).
  package func canonicalBytes() -> [UInt8] {
    var output: [UInt8] = []
    appendCanonical(to: &output)
    return output
  }

  /// Appends the canonical bytes; the preconditions of `canonicalBytes()` hold.
  package func appendCanonical(to output: inout [UInt8]) {
    switch self {
    case .null:
      output.append(contentsOf: "null".utf8)
    case .bool(let value):
      output.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value):
      precondition(
        value.magnitude <= JSONParser.largestInteger, "an integer beyond 2^53 - 1 in JSON")
      CanonicalText.append(integer: value, to: &output)
    case .double(let value):
      precondition(
        value.magnitude <= Double(JSONParser.largestInteger) || value.magnitude >= 1e21,
        "an integer beyond 2^53 - 1 in JSON")
      CanonicalText.append(double: value, to: &output)
    case .string(let value):
      Self.append(string: value, to: &output)
    case .array(let elements):
      output.append(UInt8(ascii: "["))
      for (i, element) in elements.enumerated() {
        if i > 0 { output.append(UInt8(ascii: ",")) }
        element.appendCanonical(to: &output)
      }
      output.append(UInt8(ascii: "]"))
    case .object(let members):
      Self.append(members: members, to: &output)
    case .raw(let bytes):
      output.append(contentsOf: bytes)
    }
  }

  private static func append(string: String, to output: inout [UInt8]) {
    CanonicalText.append(string: string.utf8.span, to: &output)
  }

  private static func precedes(_ a: String, _ b: String) -> Bool {
    KeyOrder.compare(a.utf8.span, b.utf8.span) < 0
  }

  private static func append(members: [(String, JSONValue)], to output: inout [UInt8]) {
    let isSorted = zip(members, members.dropFirst()).allSatisfy { precedes($0.0, $1.0) }
    let sorted = isSorted ? members : members.sorted { precedes($0.0, $1.0) }
    output.append(UInt8(ascii: "{"))
    for (i, (name, value)) in sorted.enumerated() {
      if i > 0 {
        precondition(!sorted[i - 1].0.utf8.elementsEqual(name.utf8), "a member name twice")
        output.append(UInt8(ascii: ","))
      }
      append(string: name, to: &output)
      output.append(UInt8(ascii: ":"))
      value.appendCanonical(to: &output)
    }
    output.append(UInt8(ascii: "}"))
  }
}

/// Two values are equal when their canonical bytes are: `1` and `1.0` are, and so are objects whose
/// members stand in another order; two normal forms of one text are not.
extension JSONValue: Equatable {
  package static func == (a: JSONValue, b: JSONValue) -> Bool {
    a.canonicalBytes() == b.canonicalBytes()
  }
}
