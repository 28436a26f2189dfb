/// The parameters of one execution, in PostgreSQL's binary formats, in one buffer.
package struct Parameters: Sendable {
  private(set) var bytes: [UInt8] = []
  /// Where each parameter lies in `bytes`; nil for NULL.
  private(set) var ranges: [Range<Int>?] = []

  package init() {}

  package mutating func append(_ value: Bool) { add { $0.append(value ? 1 : 0) } }
  package mutating func append(_ value: Int16) { add { Self.put(value, &$0) } }
  package mutating func append(_ value: Int32) { add { Self.put(value, &$0) } }
  package mutating func append(_ value: Int64) { add { Self.put(value, &$0) } }
  package mutating func append(_ text: String) { add { $0 += text.utf8 } }
  package mutating func append(_ value: [UInt8]) { add { $0 += value } }
  package mutating func appendNull() { ranges.append(nil) }

  /// `timestamptz`: microseconds since 1970 on the wire are counted from 2000.
  package mutating func append(unixMicroseconds: Int64) {
    append(unixMicroseconds - Self.epochOffset)
  }

  package mutating func append(_ values: [Int16]) {
    array(of: .int2, values.count) { index, out in
      Self.put(Int32(2), &out)
      Self.put(values[index], &out)
    }
  }

  package mutating func append(_ values: [Int32]) {
    array(of: .int4, values.count) { index, out in
      Self.put(Int32(4), &out)
      Self.put(values[index], &out)
    }
  }

  package mutating func append(_ values: [Int64]) {
    array(of: .int8, values.count) { index, out in
      Self.put(Int32(8), &out)
      Self.put(values[index], &out)
    }
  }

  package mutating func append(_ values: [String]) {
    append(.text, values.count) { index, out in
      out += values[index].utf8
      return true
    }
  }

  package mutating func append(_ values: [[UInt8]]) {
    append(.bytea, values.count) { index, out in
      out += values[index]
      return true
    }
  }

  /// An array of `bytea` in which nil is NULL.
  package mutating func append(_ values: [[UInt8]?]) {
    append(.bytea, values.count) { index, out in
      guard let value = values[index] else { return false }
      out += value
      return true
    }
  }

  /// An array of elements that `element` appends where they are to lie, so that none is an array of its
  /// own first. It says false, having appended nothing, for NULL.
  package mutating func append(
    _ type: PostgresType, _ count: Int, _ element: (Int, inout [UInt8]) -> Bool
  ) {
    let flags = bytes.count + 4
    var hasNull = false
    array(of: type, count) { index, out in
      let start = out.count
      Self.put(Int32(0), &out)
      let isValue = element(index, &out)
      Self.put(isValue ? Int32(out.count - start - 4) : -1, &out, at: start)
      hasNull = hasNull || !isValue
    }
    if hasNull { Self.put(Int32(1), &bytes, at: flags) }
  }

  /// Takes room for that many more bytes at once.
  package mutating func reserve(_ count: Int) { bytes.reserveCapacity(bytes.count + count) }

  static let epochOffset: Int64 = 946_684_800_000_000

  private mutating func add(_ body: (inout [UInt8]) -> Void) {
    let start = bytes.count
    body(&bytes)
    ranges.append(start..<bytes.count)
  }

  /// One-dimensional array: dimensions, null flag, element type, then length and lower bound. An empty
  /// array has no dimension.
  private mutating func array(
    of type: PostgresType, _ count: Int, _ element: (Int, inout [UInt8]) -> Void
  ) {
    add { out in
      Self.put(Int32(count == 0 ? 0 : 1), &out)
      Self.put(Int32(0), &out)
      Self.put(Int32(bitPattern: type.rawValue), &out)
      guard count > 0 else { return }
      Self.put(Int32(count), &out)
      Self.put(Int32(1), &out)
      for index in 0..<count { element(index, &out) }
    }
  }

  private static func put(_ value: some FixedWidthInteger, _ out: inout [UInt8]) {
    unsafe withUnsafeBytes(of: value.bigEndian) { unsafe out.append(contentsOf: $0) }
  }

  private static func put(_ value: Int32, _ out: inout [UInt8], at place: Int) {
    unsafe withUnsafeBytes(of: value.bigEndian) { bytes in
      for offset in 0..<4 { out[place + offset] = unsafe bytes[offset] }
    }
  }
}

/// Object ids of the types we send (PostgreSQL `pg_type.dat`).
package enum PostgresType: UInt32, Sendable {
  case bool = 16
  case bytea = 17
  case int8 = 20
  case int2 = 21
  case int4 = 23
  case text = 25
  case timestamptz = 1184
  case byteaArray = 1001
  case int2Array = 1005
  case int4Array = 1007
  case textArray = 1009
  case int8Array = 1016
}

/// A statement that each connection prepares when it first runs it.
package struct Statement: Sendable {
  package let name: String
  package let sql: String
  package let types: [PostgresType]

  package init(_ name: String, _ types: [PostgresType] = [], _ sql: String) {
    self.name = name
    self.sql = sql
    self.types = types
  }
}
