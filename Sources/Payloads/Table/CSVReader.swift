internal import FileDigests

/// Rows of a CSV file (RFC 4180): the first record names the columns, fields may be quoted, a quote within
/// one is doubled. A newline alone ends a record too, as most programs write it; a byte order mark is
/// passed over.
struct CSVReader: RowReader {
  private var chunks: ChunkReader
  private var bytes: [UInt8] = []
  private var place = 0
  private var line = 1
  private var names: [[UInt8]]?

  init(_ chunks: ChunkReader) { self.chunks = chunks }

  mutating func next() throws(PayloadError) -> Row? {
    let names = try header()
    let first = line
    guard let fields = try record() else { return nil }
    guard fields.count == names.count else {
      throw refuse(
        at: first, "\(fields.count) fields, but the header names \(names.count) columns")
    }
    let cells = zip(names, fields).map { (name: $0, cell: Cell.text($1)) }
    return Row(position: .line(first), path: chunks.file.path, content: .named(cells))
  }

  mutating func skip() throws(PayloadError) -> Bool { try next() != nil }

  private mutating func header() throws(PayloadError) -> [[UInt8]] {
    if let names { return names }
    guard var first = try record() else { throw refuse(at: 1, "a header is needed") }
    if first[0].starts(with: [0xEF, 0xBB, 0xBF]) { first[0].removeFirst(3) }
    if let twice = first.indices.first(where: { first[..<$0].contains(first[$0]) }) {
      throw refuse(at: 1, "two columns are named '\(printable(first[twice]))'")
    }
    names = first
    return first
  }

  /// The fields of the next record; nil at the end.
  private mutating func record() throws(PayloadError) -> [[UInt8]]? {
    let first = line
    var fields: [[UInt8]] = []
    var length = 0
    guard try peek() != nil else { return nil }
    while true {
      let field = try peek() == UInt8(ascii: "\"") ? try quoted(first) : try plain(first)
      length += field.count + 1
      guard length <= ChunkReader.longestRow else { throw tooLong(first) }
      fields.append(field)
      switch try take() {
      case UInt8(ascii: ","): continue
      case nil: return fields
      case UInt8(ascii: "\n"):
        line += 1
        return fields
      case UInt8(ascii: "\r"):
        guard try peek() == UInt8(ascii: "\n") else {
          throw refuse(at: line, "a carriage return without a newline")
        }
        _ = try take()
        line += 1
        return fields
      default: throw refuse(at: line, "text after a closing quote")
      }
    }
  }

  private mutating func plain(_ first: Int) throws(PayloadError) -> [UInt8] {
    var field: [UInt8] = []
    while let byte = try peek(), byte != UInt8(ascii: ","), byte != UInt8(ascii: "\n"),
      byte != UInt8(ascii: "\r")
    {
      guard byte != UInt8(ascii: "\"") else {
        throw refuse(at: line, "a quote within a field that is not quoted")
      }
      guard field.count < ChunkReader.longestRow else { throw tooLong(first) }
      field.append(byte)
      place += 1
    }
    return field
  }

  private mutating func quoted(_ first: Int) throws(PayloadError) -> [UInt8] {
    var field: [UInt8] = []
    place += 1
    while let byte = try take() {
      if byte == UInt8(ascii: "\"") {
        guard try peek() == UInt8(ascii: "\"") else { return field }
        place += 1
      } else if byte == UInt8(ascii: "\n") {
        line += 1
      }
      guard field.count < ChunkReader.longestRow else { throw tooLong(first) }
      field.append(byte)
    }
    throw refuse(at: first, "a quoted field without an end")
  }

  private mutating func peek() throws(PayloadError) -> UInt8? {
    if place == bytes.count {
      (bytes, place) = (try chunks.next(), 0)
      if bytes.isEmpty { return nil }
    }
    return bytes[place]
  }

  private mutating func take() throws(PayloadError) -> UInt8? {
    guard let byte = try peek() else { return nil }
    place += 1
    return byte
  }

  private func refuse(at line: Int, _ message: String) -> PayloadError {
    PayloadError(.malformed, chunks.file.path, at: .line(line), message)
  }

  private func tooLong(_ line: Int) -> PayloadError {
    PayloadError(
      .tooLarge, chunks.file.path, at: .line(line),
      "a record of more than \(ChunkReader.longestRow) bytes")
  }
}
