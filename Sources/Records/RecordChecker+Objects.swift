import Canonical

extension RecordChecker {
  mutating func checkObject(_ node: JSONNode, _ members: [Shape.Member], _ rules: [Shape.Rule]) {
    guard node.type == .object else { return refuse("an object is needed") }
    var known = 0
    // Clients of ours send canonical bytes: then the next member of the table is the next of the
    // object, and nothing is searched for.
    var rest = node.members.makeIterator()
    var next = rest.next()
    for member in members {
      let value: JSONNode
      if let candidate = next, candidate.key.isText(member.name) {
        value = candidate.value
        next = rest.next()
      } else if let found = node[member.name] {
        value = found
      } else {
        if member.isRequired { refuse("the member \(member.name) is missing") }
        continue
      }
      known += 1
      if !member.isRequired, value.isEmpty {
        path.enter(.member(member.name))
        refuse("empty; leave the optional member out")
        path.leave()
      } else {
        check(value, member.shape, at: .member(member.name), in: node)
      }
    }
    if known != node.count { refuseUnknownMembers(of: node, members) }
    for rule in rules { check(rule, of: node) }
  }

  private mutating func refuseUnknownMembers(of node: JSONNode, _ members: [Shape.Member]) {
    for (key, _) in node.members where !members.contains(where: { key.isText($0.name) }) {
      path.enter(.key(key))
      refuse("unknown member")
      path.leave()
    }
  }

  private mutating func check(_ rule: Shape.Rule, of node: JSONNode) {
    switch rule {
    case .exactlyOne(let names):
      if names.count(where: { node[$0] != nil }) != 1 {
        refuse("exactly one of \(Self.list(names)) is needed")
      }
    case .notEmpty:
      if node.count == 0 { refuse("at least one member is needed") }
    case .needs(let name, let others):
      if node[name] != nil, !others.contains(where: { node[$0] != nil }) {
        refuse("\(name) stands only beside one of \(Self.list(others))")
      }
    case .present(let name, let other, let value):
      if (node[name] != nil) != (node[other]?.isText(value) ?? false) {
        refuse("\(name) is there exactly when \(other) is \(value)")
      }
    case .differ(let left, let right):
      if let a = node[left], let b = node[right], a.type == .string, b.type == .string,
        a.compareBytes(with: b) == 0
      {
        refuse("\(left) and \(right) are the same record")
      }
    }
  }

  mutating func checkMap(_ node: JSONNode, of value: Shape, _ count: ClosedRange<Int>) {
    guard node.type == .object else { return refuse("an object is needed") }
    guard count.contains(node.count) else {
      return refuse(
        "\(count.lowerBound) to \(count.upperBound) members are taken, not \(node.count)")
    }
    for (key, item) in node.members where !errors.isFull {
      path.enter(.key(key))
      if key.withUTF8({ TextRule.identifier.accepts($0) }) == true {
        check(item, value)
      } else {
        refuse("the key: \(TextRule.identifier.explanation)")
      }
      path.leave()
    }
  }

  /// Free JSON: an object with at least one member and anything in it but null.
  mutating func checkFree(_ node: JSONNode) {
    guard node.type == .object else { return refuse("an object is needed") }
    guard node.count > 0 else { return refuse("at least one member is needed") }
    refuseNulls(in: node)
  }

  private mutating func refuseNulls(in node: JSONNode) {
    guard !errors.isFull else { return }
    let isContainer = node.type == .array || node.type == .object
    if isContainer, path.depth >= Record.maximumDepth {
      return refuse("more than \(Record.maximumDepth) levels deep")
    }
    switch node.type {
    case .null: refuse("null is not taken; leave the member out")
    case .array:
      for (position, element) in node.elements.enumerated() {
        path.enter(.index(position))
        refuseNulls(in: element)
        path.leave()
      }
    case .object:
      for (key, value) in node.members {
        path.enter(.key(key))
        refuseNulls(in: value)
        path.leave()
      }
    case .bool, .number, .string: return
    }
  }

  private static func list(_ names: [StaticString]) -> String {
    names.map(\.description).joined(separator: ", ")
  }
}

extension JSONNode {
  /// Whether this is an empty text, array or object.
  fileprivate var isEmpty: Bool {
    switch type {
    case .array, .object: count == 0
    case .string: withUTF8 { $0.isEmpty } ?? false
    case .null, .bool, .number: false
    }
  }
}
