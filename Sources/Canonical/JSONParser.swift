/// Reads one RFC 8259 document onto a tape, and refuses what has no single meaning.
///
/// Iterative: the only memory that grows with nesting is `enclosing`, which the depth limit bounds. One
/// use per parser; the text is passed to each step instead of being stored, because a span cannot
/// outlive the call that lends it.
struct JSONParser {
  let limits: JSONLimits
  var position = 0
  var nodes: [TapeNode] = []
  var decoded: [UInt8] = []
  var doubles: [Double] = []
  var orders: [UInt32] = []
  /// The innermost open container; its `index` is -1 outside of all.
  private var current = OpenContainer(index: -1, isObject: false)
  /// Those around it, the outermost first.
  private var enclosing: [OpenContainer] = []
  private var sortKeys: [KeyOrder.SortKey] = []

  /// An array or object whose closing bracket has not been seen.
  private struct OpenContainer {
    /// Its own tape index.
    let index: Int
    let isObject: Bool
    var count: UInt32 = 0
    /// The tape index of the newest key; -1 before the first.
    var lastKey = -1
    /// Whether all keys so far came in strictly ascending canonical order.
    var isOrdered = true
  }

  init(limits: JSONLimits) {
    self.limits = limits
  }

  /// Parses all of `source` into a tape.
  static func parse(_ source: [UInt8], limits: JSONLimits) throws(JSONError) -> JSONTape {
    guard source.count <= limits.maxBytes else {
      throw JSONError(.tooLarge, at: limits.maxBytes)
    }
    var parser = JSONParser(limits: limits)
    parser.nodes.reserveCapacity(source.count / 14 + 4)
    try parser.parseDocument(source.span)
    return JSONTape(
      source: source, decoded: parser.decoded, doubles: parser.doubles, orders: parser.orders,
      nodes: parser.nodes)
  }

  private mutating func parseDocument(_ bytes: Span<UInt8>) throws(JSONError) {
    try refuseOtherEncodings(bytes)
    var expectsValue = true
    repeat {
      if expectsValue {
        expectsValue = try parseValue(bytes)
      } else {
        expectsValue = try continueContainer(bytes)
      }
    } while expectsValue || current.index >= 0
    skipWhitespace(bytes)
    guard position == bytes.count else { throw JSONError(.trailingBytes, at: position) }
  }

  /// Parses a scalar, or the opening of a container with what must follow it. Returns whether a
  /// value is expected next.
  private mutating func parseValue(_ bytes: Span<UInt8>) throws(JSONError) -> Bool {
    skipWhitespace(bytes)
    guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
    switch bytes[position] {
    case UInt8(ascii: "\""):
      try parseString(bytes)
      return false
    case UInt8(ascii: "{"):
      try openContainer(isObject: true)
      skipWhitespace(bytes)
      if position < bytes.count, bytes[position] == UInt8(ascii: "}") {
        try closeContainer(bytes)
        return false
      }
      try parseKey(bytes)
      return true
    case UInt8(ascii: "["):
      try openContainer(isObject: false)
      skipWhitespace(bytes)
      if position < bytes.count, bytes[position] == UInt8(ascii: "]") {
        try closeContainer(bytes)
        return false
      }
      return true
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      try parseNumber(bytes)
      return false
    case UInt8(ascii: "t"):
      try parseLiteral("true", .bool, bytes)
      return false
    case UInt8(ascii: "f"):
      try parseLiteral("false", .bool, bytes)
      return false
    case UInt8(ascii: "n"):
      try parseLiteral("null", .null, bytes)
      return false
    default:
      throw JSONError(.expectedValue, at: position)
    }
  }

  /// After a value inside a container: takes the comma (and an object's next key) or the closing
  /// bracket. Returns whether a value is expected next.
  private mutating func continueContainer(_ bytes: Span<UInt8>) throws(JSONError) -> Bool {
    current.count += 1
    skipWhitespace(bytes)
    guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
    let byte = bytes[position]
    if current.isObject {
      if byte == UInt8(ascii: ",") {
        position += 1
        skipWhitespace(bytes)
        try parseKey(bytes)
        return true
      }
      guard byte == UInt8(ascii: "}") else { throw JSONError(.expectedCommaOrBrace, at: position) }
    } else {
      if byte == UInt8(ascii: ",") {
        position += 1
        return true
      }
      guard byte == UInt8(ascii: "]") else {
        throw JSONError(.expectedCommaOrBracket, at: position)
      }
    }
    try closeContainer(bytes)
    return false
  }

  // MARK: Containers

  private mutating func openContainer(isObject: Bool) throws(JSONError) {
    guard enclosing.count < limits.maxDepth else { throw JSONError(.tooDeep, at: position) }
    enclosing.append(current)
    current = OpenContainer(index: nodes.count, isObject: isObject)
    try append(isObject ? .orderedObject : .array, start: position, extent: 0)
    position += 1
  }

  private mutating func closeContainer(_ bytes: Span<UInt8>) throws(JSONError) {
    position += 1
    nodes[current.index].extent = current.count
    nodes[current.index].link = UInt32(nodes.count)
    if !current.isOrdered { try orderMembers(of: current.index, bytes) }
    current = enclosing.removeLast()
  }

  /// Parses a key and its colon, and compares it with the key before it.
  private mutating func parseKey(_ bytes: Span<UInt8>) throws(JSONError) {
    guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
    guard bytes[position] == UInt8(ascii: "\"") else { throw JSONError(.expectedKey, at: position) }
    let key = nodes.count
    try parseString(bytes)
    let previous = current.lastKey
    current.lastKey = key
    if previous >= 0, current.isOrdered {
      let order = KeyOrder.compare(nodes[previous], nodes[key], bytes, decoded.span)
      if order == 0 { throw JSONError(.duplicateKey, at: Int(nodes[key].start)) }
      if order > 0 { current.isOrdered = false }
    }
    skipWhitespace(bytes)
    guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
    guard bytes[position] == UInt8(ascii: ":") else {
      throw JSONError(.expectedColon, at: position)
    }
    position += 1
  }

  /// Sorts the keys of a closed object, keeps that order for the writer, and refuses duplicates.
  ///
  /// Sorting instead of hashing: n log n comparisons whatever the keys are, so that there is no
  /// collision set to send.
  private mutating func orderMembers(of object: Int, _ bytes: Span<UInt8>) throws(JSONError) {
    var keys: [KeyOrder.SortKey] = []
    swap(&keys, &sortKeys)
    keys.removeAll(keepingCapacity: true)
    var key = object + 1
    while key < nodes.count {
      keys.append(KeyOrder.SortKey(nodes[key], at: key, bytes, decoded.span))
      key = nodes[key + 1].end(from: key + 1)
    }
    KeyOrder.sort(&keys, nodes, bytes, decoded.span)
    nodes[object].kind = .unorderedObject
    nodes[object].order = UInt32(orders.count)
    // Once only: a reservation for every object would defeat the geometric growth.
    if orders.isEmpty { orders.reserveCapacity(max(keys.count, 32)) }
    for (i, key) in keys.enumerated() {
      if i > 0, KeyOrder.compare(keys[i - 1], key, nodes, bytes, decoded.span) == 0 {
        let later = max(keys[i - 1].index, key.index)
        throw JSONError(.duplicateKey, at: Int(nodes[later].start))
      }
      orders.append(UInt32(key.index))
    }
    swap(&keys, &sortKeys)
  }

  // MARK: Tokens

  /// Appends a node for a token; containers get their extent and link when they close.
  mutating func append(
    _ kind: TapeNode.Kind, start: Int, extent: Int, link: Int = 0
  ) throws(JSONError) {
    guard nodes.count < limits.maxValues else { throw JSONError(.tooManyValues, at: start) }
    nodes.append(
      TapeNode(
        kind: kind, start: UInt32(truncatingIfNeeded: start),
        extent: UInt32(truncatingIfNeeded: extent), link: UInt32(truncatingIfNeeded: link),
        order: 0))
  }

  private mutating func parseLiteral(
    _ literal: StaticString, _ kind: TapeNode.Kind, _ bytes: Span<UInt8>
  ) throws(JSONError) {
    let end = position + literal.utf8CodeUnitCount
    guard end <= bytes.count, bytes.extracting(position..<end).isEqual(to: literal) else {
      throw JSONError(.invalidLiteral, at: position)
    }
    try append(kind, start: position, extent: end - position)
    position = end
  }

  @inline(__always)
  private mutating func skipWhitespace(_ bytes: Span<UInt8>) {
    while position < bytes.count, bytes[position] <= 0x20 {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  /// Names the two commonest encoding faults, which would otherwise read as a missing value. JSON
  /// begins with an ASCII character, so a NUL among the first two bytes means wider code units.
  private func refuseOtherEncodings(_ bytes: Span<UInt8>) throws(JSONError) {
    guard bytes.count >= 2 else { return }
    switch (bytes[0], bytes[1]) {
    case (0xEF, 0xBB) where bytes.count >= 3 && bytes[2] == 0xBF:
      throw JSONError(.byteOrderMark, at: 0)
    case (0xFE, 0xFF), (0xFF, 0xFE), (0, _), (_, 0):
      throw JSONError(.notUTF8Encoded, at: 0)
    default:
      return
    }
  }
}
