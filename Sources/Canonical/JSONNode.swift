/// The six types of RFC 8259.
package enum JSONType: String, Sendable {
  case null, bool, number, string, array, object

  /// With its article, for messages.
  package var name: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

/// One value of a parsed document, or one key. Cheap to copy: a reference and an index.
///
/// The accessors answer nil when the value has another type.
package struct JSONNode: Sendable {
  let tape: JSONTape
  /// The value's place in document order: its identity within its document.
  package let tapeIndex: Int

  init(tape: JSONTape, tapeIndex: Int) {
    self.tape = tape
    self.tapeIndex = tapeIndex
  }

  /// The value at another index of the same document.
  package init(document: JSONNode, tapeIndex: Int) {
    self.init(tape: document.tape, tapeIndex: tapeIndex)
  }

  var node: TapeNode { tape.nodes[tapeIndex] }

  package var type: JSONType {
    switch node.kind {
    case .null: .null
    case .bool: .bool
    case .integer, .double: .number
    case .plainString, .escapedString: .string
    case .array: .array
    case .orderedObject, .unorderedObject: .object
    }
  }

  /// Where the value begins in the text, in bytes.
  package var offset: Int { Int(node.start) }

  // MARK: Scalars

  package var bool: Bool? {
    let node = node
    return node.kind == .bool ? node.extent == 4 : nil
  }

  package var double: Double? {
    switch node.kind {
    case .integer: integer.map(Double.init)
    case .double: tape.doubles[Int(node.link)]
    default: nil
    }
  }

  /// The number, if its *value* is integral and within ±(2^53 − 1): `1.0` and `1e2` have one.
  package var integer: Int64? {
    let node = node
    switch node.kind {
    case .integer:
      var magnitude: Int64 = 0
      for i in node.textRange where tape.source[i] != UInt8(ascii: "-") {
        magnitude = magnitude * 10 + Int64(tape.source[i] - UInt8(ascii: "0"))
      }
      return tape.source[Int(node.start)] == UInt8(ascii: "-") ? -magnitude : magnitude
    case .double:
      let value = tape.doubles[Int(node.link)]
      // Integral doubles of 10^21 and more are numbers, not integers.
      guard value.magnitude <= Double(JSONParser.largestInteger) else { return nil }
      return Int64(exactly: value)
    default:
      return nil
    }
  }

  // MARK: Strings

  /// The decoded bytes of a string, in an array of their own.
  package var utf8: [UInt8]? { type == .string ? Array(bytes) : nil }

  /// The decoded bytes of a string, or the text of a number or literal as it was written; empty for
  /// an array or object. Not a copy: the slice keeps the document's text alive.
  package var bytes: ArraySlice<UInt8> {
    let node = node
    switch node.kind {
    case .null, .bool, .integer, .double: return tape.source[node.textRange]
    case .plainString: return tape.source[node.stringRange]
    case .escapedString: return tape.decoded[node.stringRange]
    case .array, .orderedObject, .unorderedObject: return []
    }
  }

  /// A string as text, for people and for building replies. Never compare it: Swift finds canonically
  /// equivalent strings equal.
  package var text: String? {
    withUTF8 { span in
      unsafe span.withUnsafeBufferPointer { buffer in unsafe String(decoding: buffer, as: UTF8.self)
      }
    }
  }

  /// Lends the decoded bytes of a string without copying them; nil if it is not one.
  package func withUTF8<Result>(_ body: (Span<UInt8>) -> Result) -> Result? {
    let node = node
    switch node.kind {
    case .plainString:
      let source = tape.source
      return body(source.span.extracting(node.stringRange))
    case .escapedString:
      let decoded = tape.decoded
      return body(decoded.span.extracting(node.stringRange))
    default: return nil
    }
  }

  /// Whether this is a string of exactly these bytes. Allocates nothing.
  package func isText(_ expected: StaticString) -> Bool {
    withUTF8 { $0.isEqual(to: expected) } ?? false
  }

  /// Whether this is a string of exactly these bytes. Allocates nothing.
  package func isText(_ expected: [UInt8]) -> Bool {
    withUTF8 { $0.isEqual(to: expected.span) } ?? false
  }
}
