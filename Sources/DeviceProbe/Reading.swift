/// What one reader said about one thing: a value, or why there is none.
///
/// A reading that is missing keeps its reason; it never becomes 0 or a guess.
package struct Reading: Equatable, Sendable {
  package enum Outcome: Equatable, Sendable {
    case text(String)
    case number(Int64)
    case absent(String)
  }

  package let name: String
  /// Where it came from: a function, a file's path (without what names one card), a variable.
  package let from: String
  package let outcome: Outcome

  package init(_ name: String, from: String, _ outcome: Outcome) {
    self.name = name
    self.from = from
    self.outcome = outcome
  }

  /// A text that was read, without blanks around it; control characters, other than ASCII and emptiness are no text.
  package static func text(_ name: String, from: String, _ value: String) -> Reading {
    let value = SmallFile.trimmed(value)
    let isPlain = !value.isEmpty && value.utf8.allSatisfy { (0x20..<0x7f).contains($0) }
    return Reading(name, from: from, isPlain ? .text(value) : .absent("not a line of ASCII"))
  }
}

/// The readings of one reader about one subject, in the order they were made.
package struct Readings: Equatable, Sendable {
  package private(set) var rows: [Reading] = []

  package init(_ rows: [Reading] = []) { self.rows = rows }

  package var isEmpty: Bool { rows.isEmpty }

  package mutating func append(_ reading: Reading) { rows.append(reading) }

  package func text(_ name: String) -> String? {
    for row in rows where row.name == name {
      if case .text(let value) = row.outcome { return value }
    }
    return nil
  }

  package func number(_ name: String) -> Int64? {
    for row in rows where row.name == name {
      if case .number(let value) = row.outcome { return value }
    }
    return nil
  }

  /// Why there is no such value; nil when there is one, or nobody asked.
  package func absence(_ name: String) -> String? {
    for row in rows where row.name == name {
      if case .absent(let reason) = row.outcome { return reason }
    }
    return nil
  }
}
