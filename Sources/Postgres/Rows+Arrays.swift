/// One-dimensional arrays in binary: dimensions, null flag, element type, length and lower bound, then each
/// element with its length before it, -1 for NULL.
extension Rows {
  /// The elements of a `text[]` without NULLs.
  package func texts(_ row: Int, _ column: Int) throws(PostgresError) -> [String] {
    var texts: [String] = []
    unsafe try eachElement(row, column) { (element) throws(PostgresError) in
      texts.append(unsafe String(decoding: try Self.present(element), as: UTF8.self))
    }
    return texts
  }

  /// The elements of a `text[]`, nil for NULL.
  package func optionalTexts(_ row: Int, _ column: Int) throws(PostgresError) -> [String?] {
    var texts: [String?] = []
    unsafe try eachElement(row, column) { element in
      unsafe texts.append(element.map { unsafe String(decoding: $0, as: UTF8.self) })
    }
    return texts
  }

  /// The elements of a `bigint[]` without NULLs.
  package func int64s(_ row: Int, _ column: Int) throws(PostgresError) -> [Int64] {
    var numbers: [Int64] = []
    try append(row, column, to: &numbers)
    return numbers
  }

  /// The elements of a `smallint[]` without NULLs.
  package func int16s(_ row: Int, _ column: Int) throws(PostgresError) -> [Int16] {
    var numbers: [Int16] = []
    try append(row, column, to: &numbers)
    return numbers
  }

  /// Adds the elements of an array of integers of that size, without NULLs, to `numbers`.
  package func append<Number: FixedWidthInteger>(
    _ row: Int, _ column: Int, to numbers: inout [Number]
  ) throws(PostgresError) {
    unsafe try eachElement(row, column) { (element) throws(PostgresError) in
      let bytes = unsafe try Self.present(element)
      guard bytes.count == Number.bitWidth / 8 else {
        throw PostgresError(
          .decoding, "elements of \(bytes.count) bytes in column \(column)")
      }
      numbers.append(unsafe Number(bigEndian: bytes.loadUnaligned(as: Number.self)))
    }
  }

  private static func present(
    _ element: UnsafeRawBufferPointer?
  ) throws(PostgresError) -> UnsafeRawBufferPointer {
    guard let element = unsafe element else { throw PostgresError(.decoding, "a NULL in an array") }
    return unsafe element
  }

  private func eachElement(
    _ row: Int, _ column: Int,
    _ body: (UnsafeRawBufferPointer?) throws(PostgresError) -> Void
  ) throws(PostgresError) {
    unsafe try withValue(row, column) { (value) throws(PostgresError) in
      guard let value = unsafe value else {
        throw PostgresError(.decoding, "NULL in column \(column)")
      }
      var position = 0
      func int32() throws(PostgresError) -> Int {
        guard position + 4 <= value.count else {
          throw PostgresError(.decoding, "an array cut short")
        }
        defer { position += 4 }
        return unsafe Int(
          Int32(bigEndian: value.loadUnaligned(fromByteOffset: position, as: Int32.self)))
      }
      let dimensions = try int32()
      position += 8
      guard dimensions == 1 else {
        if dimensions == 0 { return }
        throw PostgresError(.decoding, "an array of \(dimensions) dimensions")
      }
      let count = try int32()
      position += 4
      for _ in 0..<count {
        let length = try int32()
        guard length >= 0 else {
          try body(nil)
          continue
        }
        guard position + length <= value.count else {
          throw PostgresError(.decoding, "an array cut short")
        }
        unsafe try body(UnsafeRawBufferPointer(rebasing: value[position..<position + length]))
        position += length
      }
    }
  }
}
