import Postgres

/// Statements of the read path. Each sees only what a signed checkpoint covers.
enum ReadSQL {
  static let signed = "(select size from log_published)"
  private static let columns = """
    r.index, r.kind, r.digest, r.committed_at, r.body,
    (select digest from record e where e.index = r.erased_by and e.index < \(signed)),
    exists (select from record e where e.index = r.erased_by), r.principal
    """

  static let record = Statement(
    "read_record", [.text, .bytea],
    """
    select \(columns) from record r
    where r.namespace = (select id from namespace where name = $1) and r.digest = $2
      and r.index < \(signed)
    """)

  private static let filterTypes: [PostgresType] = [
    .text, .int2Array, .bytea, .bytea, .bytea, .bytea, .bytea, .text, .int8, .int8, .int8, .int8,
  ]
  /// Beside namespace and kinds ($1, $2).
  private static let conditions = """
    ($3 is null or key = $3) and ($4 is null or content = $4) and ($5 is null or execution = $5)
    and ($6 is null or digest between $6 and $7) and ($8 is null or principal = $8)
    and index >= $9 and index < $10 and index < \(signed)
    """

  /// Kinds are merged from one index scan each, so that a page costs what it holds, however the
  /// namespace lies among others. (A principal's records have no index of their own: theirs are looked for.)
  static func records(isDescending: Bool) -> Statement {
    let order = isDescending ? "desc" : "asc"
    return Statement(
      "read_records_\(order)", filterTypes,
      page(
        of: """
          with space as (select id from namespace where name = $1)
          select r.*, r.index as place from space cross join unnest($2) as k (kind)
          cross join lateral (
            select * from record
            where namespace = space.id and kind = k.kind and \(conditions)
            order by index \(order) limit $11
          ) r
          order by r.index \(order) limit $11
          """, bytes: "$12", order))
  }

  /// With a key, a content, an execution or the beginning of a digest, its own index is the way in.
  static func records(by column: String, isDescending: Bool) -> Statement {
    let order = isDescending ? "desc" : "asc"
    return Statement(
      "read_records_by_\(column)_\(order)", filterTypes,
      page(
        of: """
          select r.*, r.index as place from record r
          where namespace = (select id from namespace where name = $1) and kind = any($2)
            and \(column) is not null and \(conditions)
          order by index \(order) limit $11
          """, bytes: "$12", order))
  }

  static let name = Statement(
    "read_name", [.text, .bytea, .int8],
    """
    select \(columns) from event e join record r on r.index = e.index
    where e.namespace = (select id from namespace where name = $1) and e.kind = 14
      and e.subject = $2 and e.index <= $3 and e.index < \(signed)
    order by e.index desc limit 1
    """)

  static let names = Statement(
    "read_names", [.text, .bytea, .bytea, .bytea, .int8, .int8, .int8],
    page(
      of: """
        select r.*, e.subject as place
        from (
          select subject, max(index) as index from event
          where namespace = (select id from namespace where name = $1) and kind = 14
            and index < \(signed) and index <= $5
            and subject >= $2 and ($3 is null or subject < $3) and ($4 is null or subject > $4)
          group by subject order by subject limit $6
        ) e join record r on r.index = e.index
        order by e.subject
        """, bytes: "$7"))

  static let history = Statement(
    "read_history", [.text, .bytea, .int8, .int8, .int8],
    page(
      of: """
        select r.*, r.index as place from event e join record r on r.index = e.index
        where e.namespace = (select id from namespace where name = $1) and e.kind = 14
          and e.subject = $2 and e.index > $3 and e.index < \(signed)
        order by e.index limit $4
        """, bytes: "$5"))

  /// Of `rows`, in the order of their `place`, those before which there are fewer than `bytes` bytes of
  /// bodies: the first one always. The last column is how many `rows` there are.
  ///
  /// It is cut here and not by the reader, because libpq holds a whole answer in memory. The length of
  /// a body is known without reading it.
  private static func page(of rows: String, bytes: String, _ order: String = "asc") -> String {
    """
    select \(columns), r.found
    from (
      select *, count(*) over () as found,
        sum(octet_length(body)) over (
          order by place \(order) rows between unbounded preceding and 1 preceding
        ) as before
      from (\(rows)) as rows
    ) r
    where coalesce(r.before, 0) < \(bytes)
    order by r.place \(order)
    """
  }
}
