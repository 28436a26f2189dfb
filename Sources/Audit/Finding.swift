/// One thing that is not as it should be.
package struct Finding: Sendable, Hashable {
  /// Where it is, as narrowly as can be said.
  package enum Place: Sendable, Hashable {
    case index(Int64)
    /// In something that covers these indices: a tile, a bundle, the tree.
    case within(Range<Int64>)
    /// The log as a whole: its checkpoint, its signature.
    case log
  }

  package let place: Place
  /// One plain sentence.
  package let message: String

  package init(_ place: Place, _ message: String) {
    self.place = place
    self.message = message
  }
}

/// What an audit found, in the order in which it was found; the first `limit` of each sort are kept,
/// all are counted.
package struct Findings: Sendable {
  package let limit: Int
  package private(set) var kept: [Finding] = []
  package private(set) var count = 0
  /// The smallest index that is known to be bad.
  package private(set) var firstIndex: Int64?
  private var keptElsewhere = 0

  package init(limit: Int) { self.limit = limit }

  package var isEmpty: Bool { count == 0 }

  package mutating func add(_ finding: Finding) {
    count += 1
    switch finding.place {
    case .index(let index):
      firstIndex = min(firstIndex ?? index, index)
      if kept.count - keptElsewhere < limit { kept.append(finding) }
    case .within, .log:
      guard keptElsewhere < limit else { return }
      keptElsewhere += 1
      kept.append(finding)
    }
  }

  package mutating func add(_ place: Finding.Place, _ message: String) {
    add(Finding(place, message))
  }

  /// By place, the log as a whole first.
  package var sorted: [Finding] {
    kept.enumerated().sorted { left, right in
      (left.element.place.order, left.offset) < (right.element.place.order, right.offset)
    }.map(\.element)
  }
}

extension Findings {
  /// For people, a line each; the last one says how many more there are.
  package var lines: [String] {
    let shown = sorted.map { "\($0.place): \($0.message)" }
    return count > shown.count ? shown + ["… and \(count - shown.count) more"] : shown
  }
}

extension Finding.Place {
  fileprivate var order: Int64 {
    switch self {
    case .log: -1
    case .index(let index): index
    case .within(let range): range.lowerBound
    }
  }
}

extension Finding.Place: CustomStringConvertible {
  package var description: String {
    switch self {
    case .index(let index): "index \(index)"
    case .within(let range): "indices \(range.lowerBound) to \(range.upperBound - 1)"
    case .log: "log"
    }
  }
}
