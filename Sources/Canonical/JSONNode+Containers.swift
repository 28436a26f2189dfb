extension JSONNode {
  /// Members of an object or elements of an array; 0 for a scalar.
  package var count: Int {
    switch type {
    case .array, .object: Int(node.extent)
    default: 0
    }
  }

  /// How deep arrays and objects are nested in this value: 0 for a scalar, 1 for `[]`.
  package var depth: Int {
    var deepest = 0
    var open: [Int] = []
    for index in tapeIndex..<node.end(from: tapeIndex) {
      while let end = open.last, end <= index { open.removeLast() }
      switch tape.nodes[index].kind {
      case .array, .orderedObject, .unorderedObject:
        open.append(tape.nodes[index].end(from: index))
        deepest = max(deepest, open.count)
      default: break
      }
    }
    return deepest
  }

  /// The elements of an array in their order; empty for any other value.
  package var elements: Elements {
    Elements(node: self, count: type == .array ? count : 0)
  }

  /// The members of an object in the order of the text; empty for any other value.
  package var members: Members {
    Members(node: self, count: type == .object ? count : 0)
  }

  /// The member with this key; nil if there is none or this is no object.
  package subscript(_ name: StaticString) -> JSONNode? {
    for member in members where member.key.isText(name) { return member.value }
    return nil
  }

  /// The member with this key, as decoded bytes; nil if there is none or this is no object.
  package func member(_ utf8: [UInt8]) -> JSONNode? {
    for member in members where member.key.isText(utf8) { return member.value }
    return nil
  }

  /// The elements of an array. Walking them allocates nothing.
  package struct Elements: Sequence, IteratorProtocol, Sendable {
    private let tape: JSONTape
    private var index: Int
    private var remaining: Int

    fileprivate init(node: JSONNode, count: Int) {
      tape = node.tape
      index = node.tapeIndex + 1
      remaining = count
    }

    package var underestimatedCount: Int { remaining }
    package var isEmpty: Bool { remaining == 0 }

    package mutating func next() -> JSONNode? {
      guard remaining > 0 else { return nil }
      remaining -= 1
      let element = JSONNode(tape: tape, tapeIndex: index)
      index = tape.nodes[index].end(from: index)
      return element
    }
  }

  /// The members of an object; a key is a string node. Walking them allocates nothing.
  package struct Members: Sequence, IteratorProtocol, Sendable {
    private let tape: JSONTape
    private var index: Int
    private var remaining: Int

    fileprivate init(node: JSONNode, count: Int) {
      tape = node.tape
      index = node.tapeIndex + 1
      remaining = count
    }

    package var underestimatedCount: Int { remaining }
    package var isEmpty: Bool { remaining == 0 }

    package mutating func next() -> (key: JSONNode, value: JSONNode)? {
      guard remaining > 0 else { return nil }
      remaining -= 1
      let key = JSONNode(tape: tape, tapeIndex: index)
      let value = JSONNode(tape: tape, tapeIndex: index + 1)
      index = tape.nodes[index + 1].end(from: index + 1)
      return (key, value)
    }
  }
}
