extension WitnessPolicy {
  /// Reads a policy file; whatever breaks a rule of the format is `.malformed`, and the message says
  /// on which line.
  package init(parsing text: [UInt8]) throws(LogError) {
    self.init()
    var parser = WitnessPolicyParser()
    var rest = text[...]
    var number = 0
    while !rest.isEmpty {
      number += 1
      do throws(LogError) {
        guard let line = rest.popLine() else { throw .malformed("no newline at its end") }
        try parser.read(line, into: &self)
      } catch { throw .malformed("line \(number): \(error.message)") }
    }
    guard parser.hasQuorum else { throw .malformed("the policy has no quorum line") }
  }
}

/// What reading a policy needs to remember from line to line.
private struct WitnessPolicyParser {
  private(set) var hasQuorum = false
  /// Names are bytes: what looks alike is not the same.
  private var members: [[UInt8]: WitnessPolicy.Member] = [:]
  /// A name may be a member once in the whole file, so that no witness counts twice.
  private var taken: Set<[UInt8]> = []

  mutating func read(_ bytes: ArraySlice<UInt8>, into policy: inout WitnessPolicy) throws(LogError)
  {
    guard bytes.allSatisfy({ $0 == UInt8(ascii: "\t") || $0 >= 0x20 && $0 != 0x7F }) else {
      throw .malformed("a control character")
    }
    let items = bytes.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.map(Array.init)
    guard let keyword = items.first, keyword.first != UInt8(ascii: "#") else { return }
    let arguments = Array(items.dropFirst())
    switch keyword {
    case utf8("log"): try readLog(arguments, into: &policy)
    case utf8("witness"): try readWitness(arguments, into: &policy)
    case utf8("group"): try readGroup(arguments, into: &policy)
    case utf8("quorum"): try readQuorum(arguments, into: &policy)
    default: throw .malformed("a line that is not log, witness, group or quorum")
    }
  }

  private func readLog(_ items: [[UInt8]], into policy: inout WitnessPolicy) throws(LogError) {
    guard 1...2 ~= items.count else { throw .malformed("log takes a key and perhaps a URL") }
    let key = try key(items[0], .log)
    guard !policy.logs.contains(where: { $0.key.publicKey == key.publicKey }) else {
      throw .malformed("a log that is there already")
    }
    policy.logs.append(.init(key: key, url: items.dropFirst().first.map(text)))
  }

  private mutating func readWitness(
    _ items: [[UInt8]], into policy: inout WitnessPolicy
  ) throws(LogError) {
    guard 2...3 ~= items.count else {
      throw .malformed("witness takes a name, a key and perhaps a URL")
    }
    let key = try key(items[1], .witness)
    guard !policy.witnesses.contains(where: { $0.key.publicKey == key.publicKey }) else {
      throw .malformed("a witness that is there already")
    }
    try define(items[0], as: .witness(policy.witnesses.count))
    policy.witnesses.append(
      .init(name: text(items[0]), key: key, url: items.dropFirst(2).first.map(text)))
  }

  private mutating func readGroup(
    _ items: [[UInt8]], into policy: inout WitnessPolicy
  ) throws(LogError) {
    guard items.count >= 3 else { throw .malformed("group takes a name, a number and members") }
    var members: [WitnessPolicy.Member] = []
    for name in items[2...] {
      members.append(try member(name))
      guard taken.insert(name).inserted else { throw .malformed("a member for the second time") }
    }
    let threshold: Int64? =
      switch items[1] {
      case utf8("any"): 1
      case utf8("all"): Int64(members.count)
      default: parseDecimal(items[1])
      }
    guard let threshold, 1...Int64(members.count) ~= threshold else {
      throw .malformed("a group's number is any, all, or from 1 to how many members it has")
    }
    try define(items[0], as: .group(policy.groups.count))
    policy.groups.append(.init(threshold: Int(threshold), members: members))
  }

  private mutating func readQuorum(
    _ items: [[UInt8]], into policy: inout WitnessPolicy
  ) throws(LogError) {
    guard items.count == 1 else { throw .malformed("quorum takes a name") }
    guard !hasQuorum else { throw .malformed("a second quorum line") }
    hasQuorum = true
    policy.quorum = items[0] == Self.none ? nil : try member(items[0])
  }

  private static let none = utf8("none")

  private mutating func define(
    _ name: [UInt8], as member: WitnessPolicy.Member
  ) throws(LogError) {
    guard name != Self.none else { throw .malformed("none is not a name") }
    guard members.updateValue(member, forKey: name) == nil else {
      throw .malformed("a name that is there already")
    }
  }

  private func member(_ name: [UInt8]) throws(LogError) -> WitnessPolicy.Member {
    guard let member = members[name] else { throw .malformed("a name that no line before defines") }
    return member
  }

  private func key(_ item: [UInt8], _ kind: VerifierKey.Kind) throws(LogError) -> VerifierKey {
    guard let text = String(validating: item, as: UTF8.self) else {
      throw .malformed("a key that is not UTF-8")
    }
    let key = try VerifierKey(parsing: text)
    guard key.kind == kind else { throw .malformed("a key that is not a \(kind)'s") }
    return key
  }

  /// Names and URLs may be any bytes; what is not UTF-8 is shown as well as it can be.
  private func text(_ item: [UInt8]) -> String { String(decoding: item, as: UTF8.self) }
}
