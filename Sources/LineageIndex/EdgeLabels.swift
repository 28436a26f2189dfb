import Records

/// A reference's member, and the role beside it: ASCII (`TextRule.identifier`), so `String` compares bytes.
struct EdgeLabel: Hashable, Comparable, Sendable {
  let member: ReferenceMember
  let role: String?

  /// The order of edges with the same ends: member number, then role bytes.
  static func < (left: EdgeLabel, right: EdgeLabel) -> Bool {
    (left.member.rawValue, left.role ?? "") < (right.member.rawValue, right.role ?? "")
  }
}

/// Short numbers for labels: a store has some members and some dozens of roles, and millions of edges.
struct EdgeLabels: Sendable {
  /// By number.
  private(set) var all: [EdgeLabel] = []
  private var numbers: [EdgeLabel: UInt16] = [:]

  /// The number of `label`, given out on first sight; nil where there are none left.
  mutating func number(of label: EdgeLabel) -> UInt16? {
    if let number = numbers[label] { return number }
    guard let number = UInt16(exactly: all.count) else { return nil }
    all.append(label)
    numbers[label] = number
    return number
  }
}
