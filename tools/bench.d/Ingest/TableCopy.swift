import Postgres

/// The rows of one table that a run of commits wrote, and the set-based insert that writes them again.
///
/// Knows no column by name: what the schema has is copied, so that a migration needs no change here.
struct TableCopy {
  /// One transaction of the server: the rows that it wrote.
  struct Batch {
    /// Microseconds since 1970 of its commit, the same for all its rows.
    let committedAt: Int64
    let rows: Range<Int>
  }

  let batches: [Batch]
  private let insert: Statement
  private let columns: [Column]
  private let rows: Rows

  var rowCount: Int { rows.count }

  /// - Parameters:
  ///   - join: from `source t`, joined to what tells each row's time.
  ///   - time: the expression of a row's commit time; the rows are those in which it lies in `times`.
  init(
    _ table: String, join: String = "", time: String, in times: ClosedRange<Int64>,
    from connection: inout PostgresConnection, _ deadline: Deadline
  ) throws {
    let columns = try Column.all(of: table, from: &connection, deadline)
    let list = columns.map(\.read).joined(separator: ", ")
    var parameters = Parameters()
    parameters.append(unixMicroseconds: times.lowerBound)
    parameters.append(unixMicroseconds: times.upperBound)
    let rows = try connection.execute(
      Statement(
        "bench_read_\(table)", [.timestamptz, .timestamptz],
        """
        select \(time), \(list) from \(table) t \(join)
        where \(time) between $1 and $2 order by 1, t.ctid
        """), parameters, deadline: deadline)
    self.rows = rows
    var batches: [Batch] = []
    for row in 0..<rows.count {
      let time = try rows.unixMicroseconds(row, 0) ?? 0
      if let last = batches.last, last.committedAt == time {
        batches[batches.count - 1] = Batch(
          committedAt: time, rows: last.rows.lowerBound..<row + 1)
      } else {
        batches.append(Batch(committedAt: time, rows: row..<row + 1))
      }
    }
    self.batches = batches
    // A column that no row fills, like where the chunks of large content lie, is left out.
    self.columns = columns.filter { column in
      (0..<rows.count).contains { !rows.isNull($0, column.position) }
    }
    insert = Self.insert(into: table, self.columns)
  }

  private static func insert(into table: String, _ columns: [Column]) -> Statement {
    let numbered = columns.enumerated().map { (number: $0.offset + 1, column: $0.element) }
    let sets = numbered.filter { !$0.column.isTime }
    let values = numbered.map { number, column in column.isTime ? "$\(number)" : column.write }
    return Statement(
      "bench_write_\(table)", columns.map(\.parameterType),
      """
      insert into \(table) (\(columns.map(\.name).joined(separator: ", ")))
      select \(values.joined(separator: ", "))
      from unnest(\(sets.map { "$\($0.number)" }.joined(separator: ", ")))
        as n (\(sets.map(\.column.name).joined(separator: ", ")))
      """)
  }

  func step(_ batch: Batch) throws -> PostgresConnection.Step {
    var parameters = Parameters()
    for column in columns { try column.append(rows, batch, to: &parameters) }
    return (insert, parameters)
  }
}

/// A column of a copied table: how it is read, sent as an array, and written.
private struct Column {
  let name: String
  let type: String
  /// Its place among the columns that are read; 0 is the batch's time.
  let position: Int

  static func all(
    of table: String, from connection: inout PostgresConnection, _ deadline: Deadline
  ) throws -> [Column] {
    var parameters = Parameters()
    parameters.append(table)
    let rows = try connection.execute(
      Statement(
        "bench_columns", [.text],
        """
        select attname::text, format_type(atttypid, -1) from pg_attribute
        where attrelid = $1::text::regclass and attnum > 0 and not attisdropped order by attnum
        """), parameters, deadline: deadline)
    return try (0..<rows.count).map {
      Column(name: try rows.text($0, 0), type: try rows.text($0, 1), position: $0 + 1)
    }
  }

  /// Arrays of unlike lengths make no array: they go as texts, as the store itself sends them.
  private var isArray: Bool { type.hasSuffix("[]") }
  /// The batch's own time, one for all its rows.
  var isTime: Bool { type == "timestamp with time zone" }

  /// No array is the empty text: it stands for null.
  var read: String { isArray ? "coalesce(t.\(name)::text, '')" : "t.\(name)" }
  var write: String { isArray ? "nullif(\(name), '')::\(type)" : name }

  var parameterType: PostgresType {
    switch type {
    case "smallint": .int2Array
    case "integer": .int4Array
    case "bigint": .int8Array
    case "bytea": .byteaArray
    case "timestamp with time zone": .timestamptz
    default: .textArray
    }
  }

  func append(_ rows: Rows, _ batch: TableCopy.Batch, to parameters: inout Parameters) throws {
    let range = batch.rows
    switch parameterType {
    case .int2Array: parameters.append(try range.map { try rows.int16($0, position) })
    case .int4Array: parameters.append(try range.map { try rows.int32($0, position) })
    case .int8Array: parameters.append(try range.map { try rows.int64($0, position) })
    case .byteaArray: parameters.append(try range.map { try rows.optionalBytes($0, position) })
    case .timestamptz:
      for row in range where try rows.unixMicroseconds(row, position) != batch.committedAt {
        throw BenchError("the column \(name) holds another time than its batch's")
      }
      parameters.append(unixMicroseconds: batch.committedAt)
    default: parameters.append(try range.map { try rows.text($0, position) })
    }
  }
}
