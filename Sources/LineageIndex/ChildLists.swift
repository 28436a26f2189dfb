import Records

/// For each record, what refers to it: a list for each member, ascending, in extents that double.
///
/// A linked list costs a cache miss for each child, and packed rows (CSR) have no room for new ones. Extents
/// have both: one child takes one slot and a hub with millions is read 4096 in a row. A list for each member, so
/// that a walk along views never reads past the millions of outputs that name the same device.
///
/// An extent is linked to the one before it, since both readers begin at the newest: steps stop after a few,
/// and walks turn the extents round.
struct ChildLists: Sendable {
  /// The list of one record and member.
  struct List: BitwiseCopyable, Sendable {
    /// Where the newest extent begins.
    fileprivate(set) var extent: UInt32
    /// The record's next list; 0: none.
    fileprivate let next: UInt32
    fileprivate(set) var count: UInt32
    /// Number of the ReferenceMember.
    let member: UInt8
  }

  /// Neighbouring slots with ascending children.
  struct Span: Sendable {
    let start: Int
    let count: Int
  }

  /// By record: its first list; 0: none.
  private var heads = Column<UInt32>()
  private var lists = Column<List>()
  /// By slot: a child, or at the beginning of every extent but a list's first, where the one before it
  /// begins.
  fileprivate var slots = Column<UInt32>()
  private var labels = Column<UInt16>()

  init() {
    // List 0 is nobody's.
    lists.append(List(extent: 0, next: 0, count: 0, member: 0))
  }

  var byteCount: Int {
    heads.byteCount + lists.byteCount + slots.byteCount + labels.byteCount
  }

  /// Whether there may be no slot left for another child.
  var isFull: Bool { slots.count > Int(UInt32.max) - 2 * Extent.largest }

  /// Makes room for one more record.
  mutating func appendRecord() { heads.append(0) }

  /// Adds a child, which comes after all that are there.
  mutating func add(_ child: UInt32, label: UInt16, member: UInt8, to record: Int) {
    var place = Int(heads[record])
    while place != 0, lists[place].member != member { place = Int(lists[place].next) }
    if place == 0 {
      lists.append(
        List(extent: UInt32(slots.count), next: heads[record], count: 1, member: member))
      heads[record] = UInt32(lists.count - 1)
      append(child, label)
      return
    }
    var list = lists[place]
    let newest = Extent(newestOf: Int(list.count))
    if newest.fill < newest.room {
      let slot = newest.firstChild(from: Int(list.extent)) + newest.fill
      slots[slot] = child
      labels[slot] = label
    } else {
      let before = list.extent
      list.extent = UInt32(slots.count)
      append(before, 0)
      append(child, label)
      for _ in 1..<Extent(newestOf: Int(list.count) + 1).room { append(0, 0) }
    }
    list.count += 1
    lists[place] = list
  }

  private mutating func append(_ slot: UInt32, _ label: UInt16) {
    slots.append(slot)
    labels.append(label)
  }

  func child(at slot: Int) -> UInt32 { slots[slot] }
  func label(at slot: Int) -> UInt16 { labels[slot] }

  /// The lists of a record, in no order.
  func forEachList(of record: Int, _ body: (List) -> Void) {
    var place = Int(heads[record])
    while place != 0 {
      let list = lists[place]
      body(list)
      place = Int(list.next)
    }
  }

  /// The extents of a list, the newest first. Outlives a hold of the graph's lock: extents never move.
  struct Spans: Sendable {
    private var start: Int
    private var extent: Extent?

    init(of list: List) {
      start = Int(list.extent)
      extent = Extent(newestOf: Int(list.count))
    }

    mutating func next(_ children: borrowing ChildLists) -> Span? {
      guard let extent else { return nil }
      let span = Span(start: extent.firstChild(from: start), count: extent.fill)
      self.extent = extent.before
      if self.extent != nil { start = Int(children.slots[start]) }
      return span
    }
  }
}

/// The shape of an extent, which follows from its number in the list alone: 1, 2, 4 … 4096, 4096 … children.
private struct Extent {
  private static let doublings = 12
  static var largest: Int { 1 << doublings }
  /// Children in all extents up to the first one of the largest room.
  private static var doubled: Int { 2 * largest - 1 }

  private let number: Int
  let fill: Int

  var room: Int { 1 << min(number, Self.doublings) }

  /// The newest extent of a list with `count` children, at least one.
  init(newestOf count: Int) {
    if count <= Self.doubled {
      number = Int.bitWidth - 1 - count.leadingZeroBitCount
      fill = count + 1 - 1 << number
    } else {
      let beyond = count - Self.doubled - 1
      number = Self.doublings + 1 + beyond >> Self.doublings
      fill = beyond & (Self.largest - 1) + 1
    }
  }

  private init(full number: Int) {
    self.number = number
    fill = 1 << min(number, Self.doublings)
  }

  var before: Extent? { number == 0 ? nil : Extent(full: number - 1) }

  /// The slot of the first child in an extent that begins at `start`: after the link.
  func firstChild(from start: Int) -> Int { number == 0 ? start : start + 1 }
}
