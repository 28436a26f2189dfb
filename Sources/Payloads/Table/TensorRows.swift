/// The elements of a tensor of one dimension, or none, as rows of one number; the rows of one of two dimensions
/// as lists.
struct TensorRows: RowReader {
  private let payload: TensorPayload
  private let count: Int
  /// Elements of a row that is a list; nil where a row is one number.
  private let width: Int?
  private var reader: ElementReader
  private var block: [Double] = []
  /// Of the block.
  private var rows: Range<Int> = 0..<0
  private var row = 0

  init(_ payload: TensorPayload) throws(PayloadError) {
    let shape = payload.shape
    guard shape.count <= 2, shape.count < 2 || shape[1] <= 1 << 20 else {
      throw PayloadError(
        .mismatched, payload.path, "rows of numbers are needed, and the shape is \(shape)")
    }
    self.payload = payload
    count = shape.first ?? 1
    width = shape.count == 2 ? shape[1] : nil
    reader = ElementReader(payload)
  }

  mutating func next() throws(PayloadError) -> Row? {
    guard row < count else {
      try payload.checkUnchanged()
      return nil
    }
    let size = width ?? 1
    if row == rows.upperBound {
      rows = row..<min(row + max(1, 1 << 15 / max(size, 1)), count)
      try reader.read(rows.lowerBound * size..<rows.upperBound * size, into: &block)
    }
    let first = (row - rows.lowerBound) * size
    row += 1
    let cell =
      width == nil
      ? Cell.number(block[first]) : .list(block[first..<first + size].map(Cell.number))
    return Row(position: .row(row - 1), path: payload.path, content: .single(cell))
  }

  mutating func skip() throws(PayloadError) -> Bool {
    guard row < count else { return false }
    row += 1
    return true
  }
}
