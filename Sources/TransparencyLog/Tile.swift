/// A piece of the tree as it is stored and served: up to 256 neighbouring hashes of one level
/// (C2SP tlog-tiles).
///
/// Tile (l, n) holds the roots of the perfect subtrees of 256^l leaves each that begin at leaf
/// n · 256^(l+1). A full tile never changes; a partial one is a prefix of it.
package struct Tile: Hashable, Sendable {
  /// The hashes of a full tile.
  package static let fullWidth = 256

  /// 0 for leaf hashes; each hash of a level above stands for a full tile of the level below.
  package let level: Int

  /// The place within the level, from 0.
  package let number: Int64

  /// How many hashes, 1 to 256.
  package let width: Int

  /// Nil where the level is not in 0...63, the number below 0, or the width not in 1...256.
  package init?(level: Int, number: Int64, width: Int) {
    guard 0...63 ~= level, number >= 0, 1...Self.fullWidth ~= width else { return nil }
    self.init(checkedLevel: level, number: number, width: width)
  }

  /// For values that are right by construction.
  init(checkedLevel level: Int, number: Int64, width: Int) {
    self.level = level
    self.number = number
    self.width = width
  }

  /// Reads the path of a tile in its one spelling, `tile/0/x001/234/067` or `tile/2/000.p/17`;
  /// everything else is nil.
  package init?(path: String) {
    let parts = path.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 2)
    guard parts.count == 3, let level = parseDecimal(parts[1]),
      let place = TilePlace(parsing: parts[2]),
      let tile = Self(level: Int(level), number: place.number, width: place.width),
      // Whatever was read leniently above does not come out as it went in.
      tile.path.utf8.elementsEqual(path.utf8)
    else { return nil }
    self = tile
  }

  /// Whether it will never grow.
  package var isFull: Bool { width == Self.fullWidth }

  /// Where it lies below the log's URL.
  package var path: String { "tile/\(level)/\(TilePlace(number: number, width: width))" }
}

extension Tile {
  /// The tile that holds hash `index` of `level`, as wide as it is in a tree of `size` leaves.
  ///
  /// The tree has that hash: there are `size / 256^level` of them.
  init(holding index: Int64, ofLevel level: Int, inTreeOf size: Int64) {
    let number = index >> 8
    let width = min((size >> (8 * Int64(level))) - number << 8, Int64(Self.fullWidth))
    precondition(index & 0xFF < width, "the tree has no such hash")
    self.init(checkedLevel: level, number: number, width: Int(width))
  }

  /// How many levels of tiles a tree has: one more for each full tile's root.
  static func levels(ofTreeOf size: Int64) -> Int {
    precondition(size >= 0, "a size is not negative")
    return (Int64.bitWidth - size.leadingZeroBitCount + 7) / 8
  }

  /// Every tile of a tree of `size` leaves, from the leaves up and from left to right, the partial
  /// ones of the right edge included. Made as they are asked for; a tree without leaves has none.
  package static func tiles(ofTreeOf size: Int64) -> some Sequence<Tile> {
    (0..<levels(ofTreeOf: size)).lazy.flatMap { level in
      let last = (size >> (8 * Int64(level))) - 1
      return (0...(last >> 8)).lazy.map { number in
        Tile(holding: min(number << 8 | 0xFF, last), ofLevel: level, inTreeOf: size)
      }
    }
  }
}
