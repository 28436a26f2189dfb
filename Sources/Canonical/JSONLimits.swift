/// How much of a text the parser is willing to take in.
///
/// Besides the text, the parser needs 20 bytes of memory for a value or key and 20 more for a key out of
/// order, up to twice that while its arrays grow, and no stack that grows with the input.
package struct JSONLimits: Sendable, Hashable {
  /// Arrays and objects inside one another; the outermost one counts. 0 allows a lone scalar.
  package let maxDepth: Int
  /// Bytes of the text.
  package let maxBytes: Int
  /// Values and keys together.
  package let maxValues: Int

  /// - Precondition: `maxDepth` is 0 to 1024 (the writer recurses), the others are 0 to 2^31 − 1
  ///   (the tape stores 32-bit offsets).
  package init(maxDepth: Int = 64, maxBytes: Int = 64 << 20, maxValues: Int = 4 << 20) {
    precondition((0...1024).contains(maxDepth), "maxDepth out of range")
    precondition((0...Int(Int32.max)).contains(maxBytes), "maxBytes out of range")
    precondition((0...Int(Int32.max)).contains(maxValues), "maxValues out of range")
    self.maxDepth = maxDepth
    self.maxBytes = maxBytes
    self.maxValues = maxValues
  }

  /// 64 levels, 64 MiB, 4 Mi values.
  package static let standard = JSONLimits()
}
