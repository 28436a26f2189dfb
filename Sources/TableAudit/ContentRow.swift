internal import Frames
internal import Postgres

/// A row of `content`, as far as it can be read: nothing that it says is believed.
struct ContentRow: Sendable {
  enum Place: Sendable {
    case inline(Frame)
    case chunks(upload: Int64, size: Int64)
    case nowhere
  }

  let namespace: Int32
  let digest: [UInt8]
  /// Nil where no such namespace is there.
  let name: String?
  let size: Int64
  let place: Place
  /// The first record that names it.
  let namedBy: Int64?

  /// The columns of `TableSQL.contents`.
  init(_ rows: Rows, _ row: Int) throws(PostgresError) {
    namespace = try rows.int32(row, 0)
    digest = try rows.bytes(row, 1)
    name = rows.isNull(row, 2) ? nil : try rows.text(row, 2)
    size = try rows.int64(row, 3)
    if !rows.isNull(row, 6), !rows.isNull(row, 7) {
      place = .chunks(upload: try rows.int64(row, 6), size: Int64(try rows.int32(row, 7)))
    } else if let frame = try Frame(rows, row, codec: 4) {
      place = .inline(frame)
    } else {
      place = .nowhere
    }
    namedBy = rows.isNull(row, 8) ? nil : try rows.int64(row, 8)
  }
}

/// Bytes as they lie in a row: as they are (codec 0), or one LZ4 block (1).
struct Frame: Sendable {
  /// Bytes of a frame, packed or not, at the most: four times what a server writes.
  static let limit = 1 << 20

  private let codec: Int16
  private let bytes: [UInt8]

  /// A column with the codec and the one behind it; nil where one of them is NULL, or the bytes are more
  /// than `limit`.
  init?(_ rows: Rows, _ row: Int, codec column: Int) throws(PostgresError) {
    guard !rows.isNull(row, column), let bytes = try rows.optionalBytes(row, column + 1) else {
      return nil
    }
    codec = try rows.int16(row, column)
    self.bytes = bytes
  }

  /// What the frame holds, where that is `size` bytes.
  func unpacked(size: Int64) -> [UInt8]? {
    guard 0...Int64(Self.limit) ~= size else { return nil }
    switch codec {
    case 0: return bytes.count == size ? bytes : nil
    case 1: return try? decompress(bytes.span, size: Int(size), limit: Self.limit)
    default: return nil
    }
  }
}
