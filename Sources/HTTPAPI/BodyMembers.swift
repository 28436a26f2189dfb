import Canonical
import Records
import StemmaCrypto
import Store

/// Refuses what is no object, and an object with a member that is not one of `names`.
///
/// - Parameter place: JSON Pointer of the node.
func checkMembers(of node: JSONNode, allowing names: [String], at place: String = "") throws {
  guard node.type == .object else {
    throw Problem.invalidRequest("an object is needed", pointer: place)
  }
  for (key, _) in node.members where !names.contains(key.text ?? "") {
    throw Problem.invalidRequest(
      "unknown member; known are \(names.joined(separator: ", "))",
      pointer: place + "/" + jsonPointerToken(key.text ?? ""))
  }
}

/// The members of a request's body: an object of which all are known. Each reader says what is wrong and where.
struct BodyMembers {
  private let root: JSONNode
  /// JSON Pointer of the object.
  private let place: String

  init(_ root: JSONNode, at place: String = "", allowing names: [String]) throws {
    try checkMembers(of: root, allowing: names, at: place)
    (self.root, self.place) = (root, place)
  }

  func has(_ name: String) -> Bool { node(name) != nil }

  /// A text of 1 to `limit` bytes.
  func text(_ name: String, limit: Int) throws -> String? {
    guard let node = node(name) else { return nil }
    guard let text = node.text, (1...limit).contains(text.utf8.count) else {
      throw Problem.invalidRequest(
        "a text of 1 to \(limit) bytes is needed", pointer: "\(place)/\(name)")
    }
    return text
  }

  /// A device class as `views/{digest}` names it, its share included.
  func deviceClass(_ name: String) throws -> String? {
    guard let text = try text(name, limit: DeviceGroup.maximumName) else { return nil }
    guard DeviceGroup.isName(text) else {
      throw Problem.invalidRequest(
        "a device class as views/{digest} names it is needed", pointer: "\(place)/\(name)")
    }
    return text
  }

  func integer(_ name: String, _ range: ClosedRange<Int64>) throws -> Int64? {
    guard let node = node(name) else { return nil }
    guard let integer = node.integer, range.contains(integer) else {
      throw Problem.invalidRequest(
        "a whole number from \(range.lowerBound) to \(range.upperBound) is needed",
        pointer: "\(place)/\(name)")
    }
    return integer
  }

  func flag(_ name: String) throws -> Bool? {
    guard let node = node(name) else { return nil }
    guard let flag = node.bool else {
      throw Problem.invalidRequest("true or false is needed", pointer: "\(place)/\(name)")
    }
    return flag
  }

  func digest(_ name: String) throws -> Digest? {
    try node(name).map { try Self.digest($0, at: "\(place)/\(name)") }
  }

  /// 1 to `limit` different digests.
  func digests(_ name: String, limit: Int) throws -> [Digest]? {
    guard let node = node(name) else { return nil }
    let digests = try elements(node, name, limit) { try Self.digest($0, at: $1) }
    return try different(digests, name)
  }

  /// 1 to `limit` different texts of 1 to `length` bytes.
  func texts(_ name: String, limit: Int, length: Int) throws -> [String]? {
    guard let node = node(name) else { return nil }
    let texts = try elements(node, name, limit) { element, pointer in
      guard let text = element.text, (1...length).contains(text.utf8.count) else {
        throw Problem.invalidRequest("a text of 1 to \(length) bytes is needed", pointer: pointer)
      }
      return text
    }
    return try different(texts, name)
  }

  /// The members of an object in it.
  func object(_ name: String, allowing names: [String]) throws -> BodyMembers? {
    guard let node = node(name) else { return nil }
    return try BodyMembers(node, at: "\(place)/\(name)", allowing: names)
  }

  /// The value of that member, which must be there.
  func required<Value>(_ name: String, _ value: Value?) throws -> Value {
    guard let value else {
      throw Problem.invalidRequest("is missing", pointer: "\(place)/\(name)")
    }
    return value
  }

  private func node(_ name: String) -> JSONNode? {
    root.members.first { $0.key.isText(Array(name.utf8)) }?.value
  }

  private func elements<Value>(
    _ node: JSONNode, _ name: String, _ limit: Int, _ read: (JSONNode, String) throws -> Value
  ) throws -> [Value] {
    guard node.type == .array, (1...limit).contains(node.count) else {
      throw Problem.invalidRequest("1 to \(limit) elements are needed", pointer: "\(place)/\(name)")
    }
    return try node.elements.enumerated().map { try read($1, "\(place)/\(name)/\($0)") }
  }

  private func different<Value: Hashable>(_ values: [Value], _ name: String) throws -> [Value] {
    guard Set(values).count == values.count else {
      throw Problem.invalidRequest("one of them is there twice", pointer: "\(place)/\(name)")
    }
    return values
  }

  private static func digest(_ node: JSONNode, at pointer: String) throws -> Digest {
    guard let digest = node.digest else {
      throw Problem.invalidRequest(
        "a digest is sha256: and 64 lower-case hexadecimal digits", pointer: pointer)
    }
    return digest
  }
}
