/// Which nodes a walk has met, and at which distance: open addressing, so that a walk costs what it meets
/// and not what the store holds. An entry is one word, so that a look costs one cache miss.
///
/// Whoever writes can choose how far apart the indices of a lineage lie: the hash spreads every stride.
struct VisitTable: Sendable {
  /// Bits of a distance, and of an index: more edges than `WalkLimits.work` allows, and records than fit a disk.
  private static let distanceBits = 25
  private static let indexLimit: Int64 = 1 << 38 - 1

  /// `index + 1`, distance, and in the lowest bit whether the node is listed; 0: empty.
  private var entries: [UInt64]
  private var mask: Int
  /// Leaves as many bits of a hash as a slot has.
  private var shift: UInt64
  /// Slots that were looked at and held another node.
  private(set) var collisions = 0
  private(set) var count = 0

  init() {
    entries = Array(repeating: 0, count: 1024)
    mask = 1023
    shift = 64 - 10
  }

  /// Adds a node; false where it is there already.
  @inline(__always)
  mutating func insert(_ index: Int64, distance: Int32, isListed: Bool) -> Bool {
    precondition(0 <= index && index < Self.indexLimit && distance < 1 << Self.distanceBits)
    let key = UInt64(index + 1)
    var slot = slot(of: key)
    while entries[slot] != 0 {
      if Self.key(entries[slot]) == key { return false }
      collisions += 1
      slot = (slot + 1) & mask
    }
    entries[slot] = key << (Self.distanceBits + 1) | UInt64(distance) << 1 | (isListed ? 1 : 0)
    count += 1
    if count * 2 > entries.count { grow() }
    return true
  }

  /// Distance of a node, and whether its kind is listed; nil where it was not met.
  @inline(__always)
  subscript(index: Int64) -> (distance: Int32, isListed: Bool)? {
    let key = UInt64(index + 1)
    var slot = slot(of: key)
    while entries[slot] != 0 {
      let entry = entries[slot]
      if Self.key(entry) == key {
        let distance = entry >> 1 & (1 << Self.distanceBits - 1)
        return (Int32(truncatingIfNeeded: distance), entry & 1 == 1)
      }
      slot = (slot + 1) & mask
    }
    return nil
  }

  @inline(__always)
  private static func key(_ entry: UInt64) -> UInt64 { entry >> (distanceBits + 1) }

  @inline(__always)
  private func slot(of key: UInt64) -> Int {
    // Fibonacci hashing (Knuth, TAOCP 6.4): the high bits of the product.
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> shift)
  }

  private mutating func grow() {
    let old = entries
    entries = Array(repeating: 0, count: old.count * 2)
    mask = entries.count - 1
    shift -= 1
    for entry in old where entry != 0 {
      var slot = slot(of: Self.key(entry))
      while entries[slot] != 0 { slot = (slot + 1) & mask }
      entries[slot] = entry
    }
  }
}
