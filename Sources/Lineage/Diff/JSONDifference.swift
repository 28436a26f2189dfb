package import Canonical

/// One place where two JSON values part.
package struct JSONDifference: Sendable {
  /// RFC 6901, from the values that were compared; empty for those themselves.
  package let pointer: String
  /// Nil where only the other one has it.
  package let a: JSONNode?
  package let b: JSONNode?

  /// Where two values part, in the order of the keys of `a`, then of those that only `b` has.
  ///
  /// Objects are compared member by member, lists of equal length element by element. A list of plain values is one
  /// value: that its third element differs says less than both lists do.
  package static func all(_ a: JSONNode?, _ b: JSONNode?, at pointer: String = "")
    -> [JSONDifference]
  {
    guard let a, let b else {
      return a == nil && b == nil ? [] : [JSONDifference(pointer: pointer, a: a, b: b)]
    }
    if a.type == .object, b.type == .object { return members(a, b, at: pointer) }
    if a.type == .array, b.type == .array, a.count == b.count, a.holdsContainers {
      return zip(a.elements, b.elements).enumerated().flatMap { position, pair in
        all(pair.0, pair.1, at: "\(pointer)/\(position)")
      }
    }
    guard a.canonicalBytes() != b.canonicalBytes() else { return [] }
    return [JSONDifference(pointer: pointer, a: a, b: b)]
  }

  private static func members(
    _ a: JSONNode, _ b: JSONNode, at pointer: String
  ) -> [JSONDifference] {
    // By bytes: two normal forms of one text are two keys.
    let others = Dictionary(
      b.members.map { (Array($0.key.bytes), $0.value) }, uniquingKeysWith: { first, _ in first })
    var known: Set<[UInt8]> = []
    var found: [JSONDifference] = []
    for (key, value) in a.members {
      known.insert(Array(key.bytes))
      found += all(value, others[Array(key.bytes)], at: "\(pointer)/\(token(key))")
    }
    for (key, value) in b.members where !known.contains(Array(key.bytes)) {
      found += all(nil, value, at: "\(pointer)/\(token(key))")
    }
    return found
  }

  /// A key as RFC 6901 section 3 writes it.
  private static func token(_ key: JSONNode) -> String {
    var token = String.UnicodeScalarView()
    for scalar in (key.text ?? "").unicodeScalars {
      switch scalar {
      case "~": token.append(contentsOf: "~0".unicodeScalars)
      case "/": token.append(contentsOf: "~1".unicodeScalars)
      default: token.append(scalar)
      }
    }
    return String(token)
  }
}

extension JSONNode {
  fileprivate var holdsContainers: Bool {
    elements.contains { $0.type == .array || $0.type == .object }
  }
}
