internal import Judging

/// The rows of two tables, side by side: in their order, or brought together by their keys.
struct RowPairs {
  /// Nil where all rows are held.
  private var readers: (reference: any RowReader, recomputed: any RowReader)?
  private var held: [(Row, Row)] = []
  private var place = 0
  /// How many rows each side has.
  let counts: (reference: Int, recomputed: Int)
  /// Whether aligning moved rows.
  let isReordered: Bool

  /// Rows that are held in memory, for keys. The lists and texts in them are counted too.
  private static let mostHeld = 1 << 20

  /// The rows in order, each side read twice: for their number, then for what is in them.
  private init(
    ordered reference: TablePayload, _ recomputed: TablePayload, _ layout: Layout
  ) throws(PayloadError) {
    counts = (try reference.count(layout), try recomputed.count(layout))
    readers = (try reference.rows(layout), try recomputed.rows(layout))
    isReordered = false
  }

  private init(held: [(Row, Row)], isReordered: Bool) {
    self.held = held
    counts = (held.count, held.count)
    self.isReordered = isReordered
  }

  enum Opening {
    case pairs(RowPairs)
    case defect(Judgement)
  }

  static func open(
    _ reference: TablePayload, _ recomputed: TablePayload, _ layout: Layout, _ terms: Terms
  ) throws(PayloadError) -> Opening {
    guard terms.contract.rows == .keyed else {
      return .pairs(try RowPairs(ordered: reference, recomputed, layout))
    }
    let ours = try hold(reference, layout)
    let theirs = try hold(recomputed, layout)
    switch RowAlignment.align(
      reference: ours.keys, recomputed: theirs.keys, looks: terms.looks)
    {
    case .defect(let judgement): return .defect(judgement)
    case .aligned(let order, let isReordered):
      let pairs = zip(ours.rows, order).map { ($0, theirs.rows[$1]) }
      return .pairs(RowPairs(held: pairs, isReordered: isReordered))
    }
  }

  /// The next rows of both sides; nil where one of them ends.
  mutating func next() throws(PayloadError) -> (Row, Row)? {
    if readers != nil {
      // In place: a copy of a reader would copy its buffers.
      guard let a = try readers?.reference.next(), let b = try readers?.recomputed.next() else {
        return nil
      }
      return (a, b)
    }
    guard place < held.count else { return nil }
    place += 1
    return held[place - 1]
  }

  private static func hold(
    _ payload: TablePayload, _ layout: Layout
  ) throws(PayloadError) -> (rows: [Row], keys: [[UInt8]]) {
    guard !payload.isTensor else {
      throw PayloadError(.mismatched, payload.path, "keyed rows need a table with a key column")
    }
    var reader = try payload.rows(layout)
    var (rows, keys): ([Row], [[UInt8]]) = ([], [])
    var held = 0
    while let row = try reader.next() {
      held += row.weight
      guard held <= mostHeld else {
        throw PayloadError(
          .tooLarge, payload.path, at: row.position,
          "more keyed values than \(mostHeld); sort both files by key and declare ordered rows")
      }
      keys.append(try row.bytes(layout.name(.key)))
      rows.append(row)
    }
    return (rows, keys)
  }
}

extension Row {
  /// Roughly how many values of some 32 bytes it takes.
  var weight: Int {
    switch content {
    case .single(let cell): 1 + cell.weight
    case .named(let cells): cells.reduce(1) { $0 + 2 + $1.cell.weight }
    }
  }
}

extension Cell {
  fileprivate var weight: Int {
    switch self {
    case .number, .other: 1
    case .text(let bytes): 1 + bytes.count / 32
    case .list(let cells): cells.reduce(1) { $0 + $1.weight }
    }
  }
}
