internal import FileDigests

/// One row of a table: named cells, or a list of cells without names, or a single one.
package struct Row: Sendable {
  /// Where it begins.
  let position: PayloadError.Position
  let path: String
  let content: Content

  enum Content: Sendable {
    case named([(name: [UInt8], cell: Cell)])
    case single(Cell)
  }

  /// The cell of a column; where rows have no names the only one there is. Nil if it is not there.
  func cell(_ name: String) -> Cell? {
    switch content {
    case .named(let cells): cells.first { $0.name.elementsEqual(name.utf8) }?.cell
    case .single(let cell): cell
    }
  }

  func needed(_ name: String) throws(PayloadError) -> Cell {
    guard let cell = cell(name) else { throw refuse("there is no '\(printable(name.utf8))'") }
    return cell
  }

  func number(_ name: String) throws(PayloadError) -> Double {
    guard let number = try needed(name).number else {
      throw refuse("'\(printable(name.utf8))' is not a number")
    }
    return number
  }

  func integer(_ name: String) throws(PayloadError) -> Int {
    guard let integer = Int(exactly: try number(name)) else {
      throw refuse("'\(printable(name.utf8))' is not a whole number")
    }
    return integer
  }

  func numbers(_ name: String) throws(PayloadError) -> [Double] {
    try list(name).map { cell throws(PayloadError) in
      guard let number = cell.number else {
        throw refuse("'\(printable(name.utf8))' holds what is not a number")
      }
      return number
    }
  }

  /// Token ids.
  func tokens(_ name: String) throws(PayloadError) -> [Int32] {
    try numbers(name).map { number throws(PayloadError) in
      guard let token = Int32(exactly: number) else {
        throw refuse("'\(printable(name.utf8))' holds \(number), which is no token id")
      }
      return token
    }
  }

  /// Text, or a number as its digits: ids are both.
  func bytes(_ name: String) throws(PayloadError) -> [UInt8] {
    try bytes(of: try needed(name), name)
  }

  func byteLists(_ name: String) throws(PayloadError) -> [[UInt8]] {
    try list(name).map { cell throws(PayloadError) in try bytes(of: cell, name) }
  }

  /// The numbers of the row: those of a list, or of all columns but the key.
  func vector(_ name: String, except key: String?) throws(PayloadError) -> [Double] {
    if case .named(let cells) = content, cell(name) == nil {
      let used = cells.filter { cell in key.map { !cell.name.elementsEqual($0.utf8) } ?? true }
      return try used.map { column throws(PayloadError) in
        guard let number = column.cell.number else {
          throw refuse("'\(printable(column.name))' is not a number")
        }
        return number
      }
    }
    return try numbers(name)
  }

  private func list(_ name: String) throws(PayloadError) -> [Cell] {
    switch try needed(name) {
    case .list(let cells): return cells
    case .number, .text, .other: throw refuse("'\(printable(name.utf8))' is not a list")
    }
  }

  private func bytes(of cell: Cell, _ name: String) throws(PayloadError) -> [UInt8] {
    switch cell {
    case .text(let bytes): return bytes
    case .number(let value):
      if let integer = Int64(exactly: value) { return Array("\(integer)".utf8) }
      return Array("\(value)".utf8)
    case .list, .other: throw refuse("'\(printable(name.utf8))' is neither text nor a number")
    }
  }

  func refuse(_ message: String) -> PayloadError {
    PayloadError(.mismatched, path, at: position, message)
  }
}
