internal import Canonical
internal import Postgres
internal import Records
internal import StemmaCrypto
internal import TransparencyLog

/// A row of `record` as a line of openings (FORMAT.md section 9).
enum OpeningLine {
  /// The columns of `TableSQL.openings`.
  static func make(_ rows: Rows, _ row: Int) throws(PostgresError) -> [UInt8] {
    let index = try rows.int64(row, 0)
    let body = try rows.optionalBytes(row, 8)
    let nonce = try rows.optionalBytes(row, 7)
    let members: [(String, JSONValue)]
    do throws(Unreadable) {
      members =
        [("statement", .raw(try statement(rows, row, body: body)))]
        + (nonce.map { [("nonce", .string(Base64.encode($0)))] } ?? [])
        + (body.map { [("record", .raw($0))] } ?? [])
        + (rows.isNull(row, 10) ? [] : [("erased", .integer(try number(rows, row, 10)))])
    } catch {
      members = [("unreadable", .string(error.reason))]
    }
    return JSONValue.object([("index", .integer(index))] + members).canonicalBytes()
  }

  private struct Unreadable: Error {
    let reason: String
  }

  private static func number(_ rows: Rows, _ row: Int, _ column: Int) throws(Unreadable) -> Int64 {
    guard let value = try? rows.int64(row, column) else { throw Unreadable(reason: "no number") }
    return value
  }

  /// As it was kept where the body is gone; else made from the row's columns, so that each of them is
  /// held against the entry.
  private static func statement(
    _ rows: Rows, _ row: Int, body: [UInt8]?
  ) throws(Unreadable) -> [UInt8] {
    do {
      guard let body else {
        let kept = try rows.optionalBytes(row, 9) ?? []
        return try EntryStatement(parsing: kept).canonicalBytes()
      }
      let references = try Record(canonical: body).references
      let targets = try rows.int64s(row, 6)
      guard let kind = Kind(rawValue: try rows.int16(row, 2)),
        let digest = Digest(bytes: try rows.bytes(row, 3)), targets.count == references.count
      else { throw Unreadable(reason: "kind, digest or targets are none") }
      return EntryStatement(
        namespace: try rows.text(row, 1), kind: kind, digest: digest,
        principal: try rows.text(row, 4), committedAt: try rows.text(row, 5),
        references: zip(references, targets).map {
          .init(member: $0.member, role: $0.role, target: $1)
        }
      ).canonicalBytes()
    } catch let error as Unreadable {
      throw error
    } catch let error as RecordErrors {
      throw Unreadable(reason: error.errors.first?.message ?? "not a record")
    } catch {
      throw Unreadable(reason: "a column is not what it should be")
    }
  }
}
