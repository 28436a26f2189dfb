/// Which nodes a walk has met, and at which distance: open addressing, so that a walk costs what it meets
/// and not what the store holds.
///
/// Indices are given out by the store, one after the other; nobody outside can choose them to collide.
struct VisitTable: Sendable {
  private static let empty: Int64 = -1

  private var keys: [Int64]
  /// Distance, and in the lowest bit whether the node is listed.
  private var values: [Int32]
  private var mask: Int
  private(set) var count = 0

  init() {
    keys = Array(repeating: Self.empty, count: 1024)
    values = Array(repeating: 0, count: 1024)
    mask = 1023
  }

  /// Adds a node; false where it is there already.
  @inline(__always)
  mutating func insert(_ key: Int64, distance: Int32, isListed: Bool) -> Bool {
    var slot = slot(of: key)
    while keys[slot] != Self.empty {
      if keys[slot] == key { return false }
      slot = (slot + 1) & mask
    }
    keys[slot] = key
    values[slot] = distance << 1 | (isListed ? 1 : 0)
    count += 1
    if count * 2 > keys.count { grow() }
    return true
  }

  /// Distance of a node, and whether its kind is listed; nil where it was not met.
  @inline(__always)
  subscript(key: Int64) -> (distance: Int32, isListed: Bool)? {
    var slot = slot(of: key)
    while keys[slot] != Self.empty {
      if keys[slot] == key { return (values[slot] >> 1, values[slot] & 1 == 1) }
      slot = (slot + 1) & mask
    }
    return nil
  }

  @inline(__always)
  private func slot(of key: Int64) -> Int {
    // Fibonacci hashing: neighbours spread over the whole table.
    Int(truncatingIfNeeded: UInt64(bitPattern: key) &* 0x9E37_79B9_7F4A_7C15 >> 20) & mask
  }

  private mutating func grow() {
    let old = (keys, values)
    keys = Array(repeating: Self.empty, count: old.0.count * 2)
    values = Array(repeating: 0, count: old.0.count * 2)
    mask = keys.count - 1
    for (position, key) in old.0.enumerated() where key != Self.empty {
      var slot = slot(of: key)
      while keys[slot] != Self.empty { slot = (slot + 1) & mask }
      keys[slot] = key
      values[slot] = old.1[position]
    }
  }
}
