import Canonical
import StemmaCrypto

/// Walks a record along its kind's table: collects what is wrong with it and what it refers to.
///
/// While nothing is wrong, only references allocate.
struct RecordChecker {
  private(set) var errors = RecordErrors([])
  private(set) var references: [RecordDraft.DraftReference] = []
  /// Sets that hold a handle: they can be sorted only when it is known.
  private(set) var setsWithHandles: [RecordDraft.SetWithHandle] = []
  var path = PointerPath()

  mutating func refuse(_ message: @autoclosure () -> String) {
    guard !errors.isFull else { return }
    errors.add(RecordError(pointer: path.pointer, message: message()))
  }

  mutating func check(
    _ node: JSONNode, _ shape: Shape, at step: PointerPath.Step, in parent: JSONNode? = nil
  ) {
    path.enter(step)
    check(node, shape, in: parent)
    path.leave()
  }

  mutating func check(_ node: JSONNode, _ shape: Shape, in parent: JSONNode? = nil) {
    if node.type == .null { return refuse("null is not taken; leave the member out") }
    switch shape {
    case .reference(let kinds, let derives):
      checkReference(node, to: kinds, derives: derives, in: parent)
    case .nameOrReference(let kinds):
      if node.withUTF8({ isName($0) }) == true { return }
      checkReference(node, to: kinds, derives: false, orName: true, in: parent)
    case .digest:
      if node.digest == nil { refuse("sha256: and 64 lower-case hexadecimal digits are needed") }
    case .text(let rule):
      if node.withUTF8({ rule.accepts($0) }) != true { refuse(rule.explanation) }
    case .integer(let range):
      if !(node.integer.map(range.contains) ?? false) {
        let (low, high) = (range.lowerBound, range.upperBound)
        refuse(low == high ? "\(low) is needed" : "a whole number from \(low) to \(high) is needed")
      }
    case .number(let range):
      if !(node.double.map(range.contains) ?? false) {
        let bounds = range.lowerBound.isFinite ? " from \(range.lowerBound)" : ""
        refuse(
          "a number\(bounds)\(range.upperBound.isFinite ? " to \(range.upperBound)" : "") is needed"
        )
      }
    case .interval: checkInterval(node)
    case .oneOf(let values):
      if !values.contains(where: { node.isText($0) }) {
        refuse("one of \(values.map(\.description).joined(separator: ", ")) is needed")
      }
    case .time:
      if node.withUTF8({ isTime($0) }) != true {
        refuse("a time YYYY-MM-DDThh:mm:ss.ffffffZ that the calendar has is needed")
      }
    case .free: checkFree(node)
    case .object(let members, let rules): checkObject(node, members, rules)
    case .map(let value, let count): checkMap(node, of: value, count)
    case .list(let element, let count): checkElements(node, element, count)
    case .set(let element, let keys, let count): checkSet(node, of: element, by: keys, count)
    }
  }

  private mutating func checkReference(
    _ node: JSONNode, to kinds: KindSet, derives: Bool, orName: Bool = false, in parent: JSONNode?
  ) {
    let target: RecordDraft.Target
    if let digest = node.digest {
      target = .digest(digest)
    } else if let handle = handle(in: node) {
      target = .handle(handle)
    } else {
      return refuse("the digest of a record (sha256:…)\(orName ? " or a name" : "") is needed")
    }
    references.append(
      RecordDraft.DraftReference(
        pointer: path.pointer, tapeIndex: node.tapeIndex, role: parent?["role"]?.text,
        target: target, expects: kinds, isDerivation: derives))
  }

  /// `ds` where the node is `"#ds"`.
  private func handle(in node: JSONNode) -> String? {
    let isOne = node.withUTF8 { text in
      text.count > 1 && text[0] == UInt8(ascii: "#") && isHandle(text, from: 1)
    }
    return isOne == true ? node.text.map { String($0.dropFirst()) } : nil
  }

  private mutating func checkInterval(_ node: JSONNode) {
    var ends = node.elements.makeIterator()
    guard node.count == 2, let low = ends.next()?.double, let high = ends.next()?.double,
      low <= high
    else { return refuse("[low, high] is needed: two numbers, the first not above the second") }
  }

  // MARK: Arrays

  /// Whether all elements are good.
  @discardableResult
  private mutating func checkElements(
    _ node: JSONNode, _ element: Shape, _ count: ClosedRange<Int>
  ) -> Bool {
    guard node.type == .array else {
      refuse("an array is needed")
      return false
    }
    guard count.contains(node.count) else {
      refuse("\(count.lowerBound) to \(count.upperBound) elements are taken, not \(node.count)")
      return false
    }
    let before = errors.errors.count
    for (position, item) in node.elements.enumerated() where !errors.isFull {
      check(item, element, at: .index(position))
    }
    return errors.errors.count == before && !errors.isFull
  }

  private mutating func checkSet(
    _ node: JSONNode, of element: Shape, by keys: [StaticString], _ count: ClosedRange<Int>
  ) {
    let firstReference = references.count
    guard checkElements(node, element, count) else { return }
    if references[firstReference...].contains(where: \.target.isHandle) {
      setsWithHandles.append(RecordDraft.SetWithHandle(array: node, keys: keys))
      return
    }
    var previous: JSONNode?
    for (position, item) in node.elements.enumerated() {
      let order = previous.map { Self.compare($0, item, by: keys) } ?? -1
      previous = item
      guard order >= 0 else { continue }
      path.enter(.index(position))
      refuse(order == 0 ? "twice in a set" : "not sorted; a set stands in the order of its bytes")
      path.leave()
      return
    }
  }

  private static func compare(_ left: JSONNode, _ right: JSONNode, by keys: [StaticString]) -> Int {
    if keys.isEmpty { return left.compareBytes(with: right) }
    for key in keys {
      guard let a = left[key], let b = right[key] else { continue }
      let order = a.compareBytes(with: b)
      if order != 0 { return order }
    }
    return 0
  }
}
