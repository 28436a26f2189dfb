internal import FileDigests

/// Reads a file from its beginning, piece by piece.
struct ChunkReader {
  static let chunkSize = 1 << 18
  /// A row may be this long; a file that never ends a row would else be held whole.
  static let longestRow = 1 << 24

  let file: OpenFile
  private let stamp: FileStamp
  private var offset: Int64 = 0

  init(_ file: OpenFile, _ stamp: FileStamp) {
    (self.file, self.stamp) = (file, stamp)
  }

  /// The next bytes; empty at the end of a file that has not changed.
  mutating func next() throws(PayloadError) -> [UInt8] {
    let count = Int(min(Int64(Self.chunkSize), stamp.size - offset))
    guard count > 0 else {
      try reading { () throws(FileDigestError) in try file.checkUnchanged(since: stamp) }
      return []
    }
    let bytes = try reading { () throws(FileDigestError) in
      try file.bytes(at: offset, count: count)
    }
    offset += Int64(count)
    return bytes
  }
}
