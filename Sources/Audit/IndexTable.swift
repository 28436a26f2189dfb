/// Finds the index of a record by a digest that is kept elsewhere: a set of 4-byte slots.
///
/// A dictionary of digests would cost ten times as much for each record, and an audit remembers every
/// record of the log. The caller says what hash an index has and whether it is the one meant.
struct IndexTable: Sendable {
  /// Index + 1; 0 is free. A power of two of them, at most half of them used.
  private var slots: [UInt32] = Array(repeating: 0, count: 16)
  private var count = 0

  /// More indices than this cannot be kept.
  static let maximumIndex = Int(UInt32.max) - 1

  /// An index with this hash that `isMeant`; nil where there is none.
  func find(_ hash: Int, _ isMeant: (Int) -> Bool) -> Int? {
    let place = place(of: hash, isMeant)
    return slots[place] == 0 ? nil : Int(slots[place]) - 1
  }

  /// Puts `index` in the place of the one that `isMeant`, or in a free one.
  mutating func put(
    _ index: Int, hash: Int, replacing isMeant: (Int) -> Bool, hashOf: (Int) -> Int
  ) {
    precondition(index <= Self.maximumIndex, "the table holds 32-bit indices")
    if 2 * (count + 1) > slots.count { grow(hashOf) }
    let place = place(of: hash, isMeant)
    if slots[place] == 0 { count += 1 }
    slots[place] = UInt32(index + 1)
  }

  private func place(of hash: Int, _ isMeant: (Int) -> Bool) -> Int {
    let mask = slots.count - 1
    var place = hash & mask
    while slots[place] != 0, !isMeant(Int(slots[place]) - 1) { place = (place + 1) & mask }
    return place
  }

  private mutating func grow(_ hashOf: (Int) -> Int) {
    let old = slots
    slots = Array(repeating: 0, count: 2 * old.count)
    for slot in old where slot != 0 {
      slots[place(of: hashOf(Int(slot) - 1)) { _ in false }] = slot
    }
  }
}
