internal import FileDigests

/// Gives the rows of a table in their order.
protocol RowReader {
  /// The next row; nil at the end.
  mutating func next() throws(PayloadError) -> Row?
  /// Passes over a row without reading what is in it; false at the end.
  mutating func skip() throws(PayloadError) -> Bool
}

/// A table in a file: JSON lines, CSV, or a tensor of at most two dimensions, which is a table of one column.
package struct TablePayload: Sendable {
  private let file: OpenFile
  private let stamp: FileStamp
  private let format: PayloadFormat

  package init(_ path: String) throws(PayloadError) {
    let (file, stamp) = try reading { () throws(FileDigestError) in
      let file = try OpenFile(path, followingLinks: true)
      return (file, try file.stamp())
    }
    (self.file, self.stamp) = (file, stamp)
    format = try PayloadFormat.detect(file, size: stamp.size)
  }

  var path: String { file.path }
  var isTensor: Bool { format.isTensor }

  /// The same file as a tensor.
  func tensor(_ layout: Layout) throws(PayloadError) -> TensorPayload {
    try TensorPayload(file, stamp, name: layout.tensor, uint16IsBF16: layout.uint16IsBF16)
  }

  func rows(_ layout: Layout) throws(PayloadError) -> any RowReader {
    switch format {
    case .jsonLines: JSONLinesReader(ChunkReader(file, stamp))
    case .csv: CSVReader(ChunkReader(file, stamp))
    case .npy, .safetensors: try TensorRows(try tensor(layout))
    }
  }

  /// How many rows there are.
  func count(_ layout: Layout) throws(PayloadError) -> Int {
    var rows = try rows(layout)
    var count = 0
    while try rows.skip() { count += 1 }
    return count
  }
}
