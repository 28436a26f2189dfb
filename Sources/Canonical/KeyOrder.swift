/// The order of keys in a canonical object: by UTF-16 code units (RFC 8785 §3.2.3), computed on
/// UTF-8.
///
/// The two orders differ in one place only: UTF-16 writes U+10000 and above as surrogates
/// (D800–DFFF), which sort before U+E000–U+FFFF. In UTF-8 the former begin with F0–F4 and the latter
/// with EE or EF; ranking these two groups of lead bytes the other way round is all it takes, for a
/// lead byte is only ever compared with another lead byte.
enum KeyOrder {
  /// A key's place in its order, decided by its first eight bytes in most cases.
  struct SortKey {
    /// The first eight ranks, the first one highest; padded with 0, which is no byte of a key since
    /// U+0000 is refused.
    let prefix: UInt64
    /// The key's tape index.
    let index: Int

    init(_ node: TapeNode, at index: Int, _ source: Span<UInt8>, _ decoded: Span<UInt8>) {
      self.index = index
      let range = node.stringRange
      prefix =
        node.kind == .escapedString
        ? KeyOrder.prefix(of: range, in: decoded) : KeyOrder.prefix(of: range, in: source)
    }
  }

  /// Negative, zero or positive, as `a` sorts before, equals or sorts after `b`.
  static func compare(
    _ a: SortKey, _ b: SortKey, _ nodes: [TapeNode], _ source: Span<UInt8>, _ decoded: Span<UInt8>
  ) -> Int {
    if a.prefix != b.prefix { return a.prefix < b.prefix ? -1 : 1 }
    return compare(nodes[a.index], nodes[b.index], source, decoded)
  }

  /// Negative, zero or positive, as string node `a` sorts before, equals or sorts after `b`.
  static func compare(
    _ a: TapeNode, _ b: TapeNode, _ source: Span<UInt8>, _ decoded: Span<UInt8>
  ) -> Int {
    let (first, second) = (a.stringRange, b.stringRange)
    switch (a.kind == .escapedString, b.kind == .escapedString) {
    case (false, false): return compare(source, first, source, second)
    case (false, true): return compare(source, first, decoded, second)
    case (true, false): return compare(decoded, first, source, second)
    case (true, true): return compare(decoded, first, decoded, second)
    }
  }

  /// Negative, zero or positive, as the UTF-8 in `a` sorts before, equals or sorts after that in
  /// `b`.
  static func compare(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Int {
    compare(a, a.indices, b, b.indices)
  }

  private static func compare(
    _ a: Span<UInt8>, _ aRange: Range<Int>, _ b: Span<UInt8>, _ bRange: Range<Int>
  ) -> Int {
    let shared = min(aRange.count, bRange.count)
    var i = 0
    while i < shared {
      let (x, y) = (a[aRange.lowerBound + i], b[bRange.lowerBound + i])
      if x != y { return rank(x) < rank(y) ? -1 : 1 }
      i += 1
    }
    return aRange.count - bRange.count
  }

  /// Sorts keys; equal ones end up side by side.
  ///
  /// Objects are mostly small: these are sorted by insertion, without a call into the library.
  static func sort(
    _ keys: inout [SortKey], _ nodes: [TapeNode], _ source: Span<UInt8>, _ decoded: Span<UInt8>
  ) {
    guard keys.count <= 24 else {
      keys.sort { compare($0, $1, nodes, source, decoded) < 0 }
      return
    }
    for i in keys.indices.dropFirst() {
      let key = keys[i]
      var place = i
      while place > 0, compare(key, keys[place - 1], nodes, source, decoded) < 0 {
        keys[place] = keys[place - 1]
        place -= 1
      }
      keys[place] = key
    }
  }

  private static func prefix(of range: Range<Int>, in bytes: Span<UInt8>) -> UInt64 {
    if let word = bytes.asciiPrefix(of: range) { return word }
    var prefix: UInt64 = 0
    let length = min(range.count, 8)
    for i in 0..<length {
      prefix = prefix << 8 | UInt64(rank(bytes[range.lowerBound + i]))
    }
    // Shifting by 64, for an empty key, gives 0.
    return prefix << UInt64(8 * (8 - length))
  }

  /// A byte's rank: F0–F4 become EE–F2, EE and EF become F6 and F7, all others stay.
  private static func rank(_ byte: UInt8) -> UInt8 {
    byte < 0xEE ? byte : byte < 0xF0 ? byte + 8 : byte - 2
  }
}
