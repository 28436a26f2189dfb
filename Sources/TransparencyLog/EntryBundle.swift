/// The entries under one tile of level 0, as they are stored and served (C2SP tlog-tiles): each one
/// behind its length in two bytes, the high one first.
package struct EntryBundle: Hashable, Sendable {
  /// The longest entry that the format can hold.
  package static let maximumEntrySize = 65_535

  /// The place, from 0: entry i is in bundle i / 256.
  package let number: Int64

  /// How many entries, 1 to 256.
  package let width: Int

  /// Nil where the number is below 0 or the width not in 1...256.
  package init?(number: Int64, width: Int) {
    guard number >= 0, 1...Tile.fullWidth ~= width else { return nil }
    self.number = number
    self.width = width
  }

  /// Reads the path of a bundle in its one spelling, `tile/entries/x001/067.p/112`; everything else
  /// is nil.
  package init?(path: String) {
    let folder = "tile/entries/"
    guard path.utf8.starts(with: folder.utf8),
      let place = TilePlace(parsing: Substring(path).utf8.dropFirst(folder.utf8.count)),
      let bundle = Self(number: place.number, width: place.width),
      // Whatever was read leniently above does not come out as it went in.
      bundle.path.utf8.elementsEqual(path.utf8)
    else { return nil }
    self = bundle
  }

  /// Where it lies below the log's URL.
  package var path: String { "tile/entries/\(TilePlace(number: number, width: width))" }

  /// The bytes of a bundle. Each entry has at most `maximumEntrySize` bytes.
  package static func encode(_ entries: [[UInt8]]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(entries.reduce(0) { $0 + 2 + $1.count })
    for entry in entries {
      precondition(entry.count <= maximumEntrySize, "the entry is longer than the format allows")
      bytes.append(UInt8(entry.count >> 8))
      bytes.append(UInt8(entry.count & 0xFF))
      bytes.append(contentsOf: entry)
    }
    return bytes
  }

  /// The entries of a bundle; throws `.malformed` unless the bytes are exactly `width` entries.
  package static func decode(_ bytes: [UInt8], width: Int) throws(LogError) -> [[UInt8]] {
    var entries: [[UInt8]] = []
    var rest = bytes[...]
    while let high = rest.popFirst() {
      guard let low = rest.popFirst() else { throw .malformed("an entry's length is cut off") }
      let size = Int(high) << 8 | Int(low)
      guard size <= rest.count else { throw .malformed("entry \(entries.count) is cut off") }
      entries.append(Array(rest.prefix(size)))
      rest.removeFirst(size)
    }
    guard entries.count == width else {
      throw .malformed("a bundle of \(entries.count) entries where there should be \(width)")
    }
    return entries
  }
}
