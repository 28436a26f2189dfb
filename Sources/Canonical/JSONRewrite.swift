/// What to write differently when a parsed value is written canonically.
///
/// Both tables are keyed by `JSONNode.tapeIndex`. Indices that do not lie in the written value, or
/// name a node of another type, have no effect.
package struct JSONRewrite: Sendable {
  /// String *values* to replace, with their new UTF-8. Keys are never replaced.
  package var strings: [Int: [UInt8]]
  /// Arrays to reorder: element `i` of the result is element `order[i]` of the text. Each entry must
  /// be a permutation of the array's indices.
  package var orders: [Int: [Int]]

  package init(strings: [Int: [UInt8]] = [:], orders: [Int: [Int]] = [:]) {
    self.strings = strings
    self.orders = orders
  }

  /// Writes everything as it is.
  package static let none = JSONRewrite()

  package var isEmpty: Bool { strings.isEmpty && orders.isEmpty }
}
