import StemmaCrypto

/// The tree as RFC 6962 §2.1 words it, recursion and all, written without a look at the code under
/// test. Only the roots of its perfect subtrees are kept, or the tests would take minutes.
struct ReferenceTree {
  /// Row h holds the roots over 2^h leaves each.
  private let rows: [[Digest]]

  var leaves: [Digest] { rows[0] }

  /// A tree over made-up entries.
  init(size: Int) {
    var rows = [(0..<size).map { Self.leaf(Self.entry($0)) }]
    while let row = rows.last, row.count > 1 {
      rows.append((0..<row.count / 2).map { Self.node(row[2 * $0], row[2 * $0 + 1]) })
    }
    self.rows = rows
  }

  static func entry(_ index: Int) -> [UInt8] { Array("entry \(index)".utf8) }

  static func leaf(_ entry: [UInt8]) -> Digest { SHA256.digest(of: [0x00] + entry) }

  static func node(_ left: Digest, _ right: Digest) -> Digest {
    SHA256.digest(of: [0x01] + left.bytes + right.bytes)
  }

  /// MTH(D[first:end]).
  func root(_ range: Range<Int>) -> Digest {
    if range.isEmpty { return SHA256.digest(of: []) }
    if range.count.nonzeroBitCount == 1, range.lowerBound % range.count == 0 {
      return rows[range.count.trailingZeroBitCount][range.lowerBound / range.count]
    }
    let middle = range.lowerBound + Self.split(range.count)
    return Self.node(root(range.lowerBound..<middle), root(middle..<range.upperBound))
  }

  func root(ofSize size: Int) -> Digest { root(0..<size) }

  /// PATH(m, D[range]), §2.1.1; `m` counts from the start of the tree.
  func path(_ m: Int, _ range: Range<Int>) -> [Digest] {
    if range.count == 1 { return [] }
    let middle = range.lowerBound + Self.split(range.count)
    return m < middle
      ? path(m, range.lowerBound..<middle) + [root(middle..<range.upperBound)]
      : path(m, middle..<range.upperBound) + [root(range.lowerBound..<middle)]
  }

  /// PROOF(m, D[n]), §2.1.2.
  func proof(from m: Int, to n: Int) -> [Digest] { subproof(m, 0..<n, true) }

  private func subproof(_ m: Int, _ range: Range<Int>, _ isWhole: Bool) -> [Digest] {
    if m == range.upperBound { return isWhole ? [] : [root(range)] }
    let middle = range.lowerBound + Self.split(range.count)
    return m <= middle
      ? subproof(m, range.lowerBound..<middle, isWhole) + [root(middle..<range.upperBound)]
      : subproof(m, middle..<range.upperBound, false) + [root(range.lowerBound..<middle)]
  }

  /// The largest power of two smaller than n.
  private static func split(_ n: Int) -> Int {
    var k = 1
    while 2 * k < n { k *= 2 }
    return k
  }
}
