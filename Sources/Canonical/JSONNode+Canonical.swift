extension JSONNode {
  /// The value's canonical bytes (RFC 8785): one text for all texts that mean the same. Changed as
  /// `rewrite` says.
  package func canonicalBytes(rewriting rewrite: JSONRewrite = .none) -> [UInt8] {
    var output: [UInt8] = []
    let nodes = tape.nodes
    let end = node.end(from: tapeIndex)
    let textEnd = end < nodes.count ? Int(nodes[end].start) : tape.source.count
    output.reserveCapacity(textEnd - offset)
    appendCanonical(to: &output, rewriting: rewrite)
    return output
  }

  /// Appends the value's canonical bytes, changed as `rewrite` says.
  package func appendCanonical(to output: inout [UInt8], rewriting rewrite: JSONRewrite = .none) {
    CanonicalWriter(tape: tape, rewrite: rewrite.isEmpty ? nil : rewrite)
      .append(tapeIndex, to: &output)
  }
}

/// Writes subtrees of a tape. Recurses once per level of nesting, which `JSONLimits` bounds.
private struct CanonicalWriter {
  private let source: [UInt8]
  private let decoded: [UInt8]
  private let doubles: [Double]
  private let orders: [UInt32]
  private let nodes: [TapeNode]
  private let rewrite: JSONRewrite?

  init(tape: JSONTape, rewrite: JSONRewrite?) {
    source = tape.source
    decoded = tape.decoded
    doubles = tape.doubles
    orders = tape.orders
    nodes = tape.nodes
    self.rewrite = rewrite
  }

  func append(_ index: Int, to output: inout [UInt8]) {
    let node = nodes[index]
    switch node.kind {
    case .null, .bool, .integer:
      output.append(source.span, node.textRange)
    case .double:
      CanonicalText.append(double: doubles[Int(node.link)], to: &output)
    case .plainString, .escapedString:
      if let replacement = rewrite?.strings[index] {
        CanonicalText.append(string: replacement.span, to: &output)
      } else {
        append(string: node, to: &output)
      }
    case .array:
      append(array: node, at: index, to: &output)
    case .orderedObject:
      append(orderedObject: node, at: index, to: &output)
    case .unorderedObject:
      append(unorderedObject: node, to: &output)
    }
  }

  private func append(string node: TapeNode, to output: inout [UInt8]) {
    if node.kind == .plainString {
      // Nothing in it was escaped, so nothing needs to be: copied with its quotes.
      let start = Int(node.start)
      output.append(source.span, start..<start + Int(node.extent) + 2)
    } else {
      CanonicalText.append(
        string: decoded.span.extracting(node.stringRange), to: &output)
    }
  }

  private func append(array node: TapeNode, at index: Int, to output: inout [UInt8]) {
    var elements: [Int]?
    if let order = rewrite?.orders[index] {
      elements = reordered(array: node, at: index, order)
    }
    output.append(UInt8(ascii: "["))
    var next = index + 1
    for i in 0..<Int(node.extent) {
      if i > 0 { output.append(UInt8(ascii: ",")) }
      append(elements?[i] ?? next, to: &output)
      next = nodes[next].end(from: next)
    }
    output.append(UInt8(ascii: "]"))
  }

  private func append(orderedObject node: TapeNode, at index: Int, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "{"))
    var key = index + 1
    for i in 0..<Int(node.extent) {
      if i > 0 { output.append(UInt8(ascii: ",")) }
      append(memberAt: key, to: &output)
      key = nodes[key + 1].end(from: key + 1)
    }
    output.append(UInt8(ascii: "}"))
  }

  private func append(unorderedObject node: TapeNode, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "{"))
    for i in 0..<Int(node.extent) {
      if i > 0 { output.append(UInt8(ascii: ",")) }
      append(memberAt: Int(orders[Int(node.order) + i]), to: &output)
    }
    output.append(UInt8(ascii: "}"))
  }

  private func append(memberAt key: Int, to output: inout [UInt8]) {
    append(string: nodes[key], to: &output)
    output.append(UInt8(ascii: ":"))
    append(key + 1, to: &output)
  }

  /// The tape indices of an array's elements, in the order asked for.
  private func reordered(array node: TapeNode, at index: Int, _ order: [Int]) -> [Int] {
    var elements: [Int] = []
    elements.reserveCapacity(order.count)
    var next = index + 1
    for _ in 0..<node.extent {
      elements.append(next)
      next = nodes[next].end(from: next)
    }
    precondition(
      order.count == elements.count && Set(order) == Set(elements.indices),
      "an array can only be rewritten by a permutation of its indices")
    return order.map { elements[$0] }
  }
}
