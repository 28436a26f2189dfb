/// A parsed document: its text and one small node per value and key, in document order.
///
/// A container is followed by all that it holds, so that a subtree is a contiguous run of nodes; in
/// an object keys and values alternate. Nothing is allocated per node.
final class JSONTape: Sendable {
  /// The text as it came in.
  let source: [UInt8]
  /// The decoded bytes of all strings that hold an escape, one after another.
  let decoded: [UInt8]
  /// The values of those numbers whose text is not already canonical.
  let doubles: [Double]
  /// For every object whose keys were not in canonical order: the tape indices of its keys in that
  /// order.
  let orders: [UInt32]
  let nodes: [TapeNode]

  init(
    source: [UInt8], decoded: [UInt8], doubles: [Double], orders: [UInt32], nodes: [TapeNode]
  ) {
    self.source = source
    self.decoded = decoded
    self.doubles = doubles
    self.orders = orders
    self.nodes = nodes
  }
}

/// One value or key on the tape: 20 bytes.
struct TapeNode: Sendable {
  /// What a node is, and how its bytes are found.
  enum Kind: UInt8 {
    case null, bool
    /// An integer whose text is canonical: at most 2^53 − 1 in magnitude and not `-0`.
    case integer
    /// Any other number; its value is in `doubles`.
    case double
    /// A string without escapes: a slice of the source.
    case plainString
    /// A string with escapes: a slice of the decoded bytes.
    case escapedString
    case array
    /// An object whose keys came in canonical order.
    case orderedObject
    /// Any other object; the order is in `orders`.
    case unorderedObject
  }

  var kind: Kind
  /// Offset of the first byte in the source (of a string: its opening quote).
  var start: UInt32
  /// Bytes of a number's or literal's text; decoded bytes of a string; members or elements.
  var extent: UInt32
  /// Of a container: the tape index that follows its subtree. Of an escaped string: the offset in
  /// `decoded`. Of a double: the index in `doubles`.
  var link: UInt32
  /// Of an unordered object: the offset in `orders`.
  var order: UInt32

  /// The tape index that follows this node's subtree.
  func end(from index: Int) -> Int {
    switch kind {
    case .array, .orderedObject, .unorderedObject: Int(link)
    default: index + 1
    }
  }

  /// Where the decoded bytes of a string lie, in the source or in `decoded`.
  var stringRange: Range<Int> {
    let lower = kind == .escapedString ? Int(link) : Int(start) + 1
    return lower..<lower + Int(extent)
  }

  /// The bytes of a number or literal in the source.
  var textRange: Range<Int> { Int(start)..<Int(start) + Int(extent) }
}
