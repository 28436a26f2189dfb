internal import CLibPQ

/// The rows that a statement gave, in binary. Freed with the object.
@safe package final class Rows {
  private let result: OpaquePointer
  package let count: Int

  init(owning result: OpaquePointer) {
    unsafe self.result = result
    count = unsafe Int(PQntuples(result))
  }

  deinit { unsafe PQclear(result) }

  package func isNull(_ row: Int, _ column: Int) -> Bool {
    unsafe PQgetisnull(result, Int32(row), Int32(column)) == 1
  }

  package func bytes(_ row: Int, _ column: Int) throws(PostgresError) -> [UInt8] {
    unsafe Array(try rawBytes(row, column))
  }

  /// Valid as long as this object is.
  private func rawBytes(
    _ row: Int, _ column: Int
  ) throws(PostgresError) -> UnsafeRawBufferPointer {
    precondition(row < count, "row \(row) of \(count)")
    guard !isNull(row, column), let start = unsafe PQgetvalue(result, Int32(row), Int32(column))
    else { throw PostgresError(.decoding, "NULL in column \(column)") }
    let length = unsafe Int(PQgetlength(result, Int32(row), Int32(column)))
    return unsafe UnsafeRawBufferPointer(start: start, count: length)
  }

  package func optionalBytes(_ row: Int, _ column: Int) throws(PostgresError) -> [UInt8]? {
    isNull(row, column) ? nil : try bytes(row, column)
  }

  package func text(_ row: Int, _ column: Int) throws(PostgresError) -> String {
    unsafe String(decoding: try rawBytes(row, column), as: UTF8.self)
  }

  package func bool(_ row: Int, _ column: Int) throws(PostgresError) -> Bool {
    try integer(row, column, UInt8.self) != 0
  }

  package func int16(_ row: Int, _ column: Int) throws(PostgresError) -> Int16 {
    try integer(row, column, Int16.self)
  }

  package func int32(_ row: Int, _ column: Int) throws(PostgresError) -> Int32 {
    try integer(row, column, Int32.self)
  }

  package func int64(_ row: Int, _ column: Int) throws(PostgresError) -> Int64 {
    try integer(row, column, Int64.self)
  }

  /// Microseconds since 1970; nil for `-infinity`.
  package func unixMicroseconds(_ row: Int, _ column: Int) throws(PostgresError) -> Int64? {
    let value = try int64(row, column)
    return value == .min ? nil : value + Parameters.epochOffset
  }

  /// Runs `body` on a value where it lies; nil for NULL.
  func withValue<Value>(
    _ row: Int, _ column: Int,
    _ body: (UnsafeRawBufferPointer?) throws(PostgresError) -> Value
  ) throws(PostgresError) -> Value {
    precondition(row < count, "row \(row) of \(count)")
    guard !isNull(row, column) else { return try body(nil) }
    let length = unsafe Int(PQgetlength(result, Int32(row), Int32(column)))
    return unsafe try body(
      UnsafeRawBufferPointer(
        start: PQgetvalue(result, Int32(row), Int32(column)), count: length))
  }

  private func integer<Value: FixedWidthInteger>(
    _ row: Int, _ column: Int, _ type: Value.Type
  ) throws(PostgresError) -> Value {
    let bytes = unsafe try rawBytes(row, column)
    guard bytes.count == Value.bitWidth / 8 else {
      throw PostgresError(
        .decoding, "\(bytes.count) bytes in column \(column), \(Value.bitWidth / 8) expected")
    }
    return unsafe Value(bigEndian: bytes.loadUnaligned(as: Value.self))
  }
}
