internal import Canonical
internal import FileDigests

/// Rows of a file of JSON lines: each line an object, an array or a scalar, strict as records are.
///
/// So refused are duplicate keys, invalid UTF-8, integers beyond 2^53 and numbers that overflow, `NaN` as a bare
/// word (`"NaN"` in quotes is read where a number is needed). Lines of white space alone are passed over.
struct JSONLinesReader: RowReader {
  private var chunks: ChunkReader
  private var splitter = LineSplitter()
  private var lines: ArraySlice<[UInt8]> = []
  private var line = 0
  private var isAtEnd = false

  init(_ chunks: ChunkReader) { self.chunks = chunks }

  mutating func next() throws(PayloadError) -> Row? {
    guard let text = try nextText() else { return nil }
    let document: JSONDocument
    do throws(JSONError) {
      document = try JSONDocument(parsing: text)
    } catch {
      throw PayloadError(.malformed, path, at: .line(line), "\(error)")
    }
    let root = document.root
    guard root.type == .object else {
      return Row(position: .line(line), path: path, content: .single(Cell(root)))
    }
    let cells = root.members.map { (name: Array($0.key.bytes), cell: Cell($0.value)) }
    return Row(position: .line(line), path: path, content: .named(cells))
  }

  mutating func skip() throws(PayloadError) -> Bool { try nextText() != nil }

  private var path: String { chunks.file.path }

  private mutating func nextText() throws(PayloadError) -> [UInt8]? {
    while true {
      while let text = lines.popFirst() {
        line += 1
        if !text.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) { return text }
      }
      if isAtEnd { return nil }
      let bytes = try chunks.next()
      if bytes.isEmpty {
        // The last line may end without a newline.
        isAtEnd = true
        lines = [splitter.rest]
      } else {
        lines = splitter.take(bytes)[...]
      }
      guard splitter.rest.count <= ChunkReader.longestRow else {
        throw PayloadError(
          .tooLarge, path, at: .line(line + lines.count + 1),
          "a line of more than \(ChunkReader.longestRow) bytes")
      }
    }
  }
}

extension Cell {
  init(_ node: JSONNode) {
    switch node.type {
    case .number: self = .number(node.double ?? .nan)
    case .string: self = .text(Array(node.bytes))
    case .array: self = .list(node.elements.map(Cell.init))
    default: self = .other(node.type.name)
    }
  }
}
