import Postgres

/// Statements of the read path. Each sees only what a signed checkpoint covers.
enum ReadSQL {
  static let signed = "(select size from log_published)"
  private static let columns = """
    r.index, r.kind, r.digest, r.committed_at, r.body,
    (select digest from record e where e.index = r.erased_by and e.index < \(signed)),
    exists (select from record e where e.index = r.erased_by)
    """

  static let record = Statement(
    "read_record", [.text, .bytea],
    """
    select \(columns) from record r
    where r.namespace = (select id from namespace where name = $1) and r.digest = $2
      and r.index < \(signed)
    """)

  /// Kinds are merged from one index scan each, so that a page costs what it holds, however the
  /// namespace lies among others.
  static let records = Statement(
    "read_records", [.text, .int2Array, .bytea, .bytea, .bytea, .int8, .int8, .int8],
    page(
      of: """
        with space as (select id from namespace where name = $1)
        select r.*, r.index as place from space cross join unnest($2) as k (kind)
        cross join lateral (
          select * from record
          where namespace = space.id and kind = k.kind and index > $6 and index < \(signed)
            and ($3 is null or key = $3) and ($4 is null or content = $4)
            and ($5 is null or execution = $5)
          order by index limit $7
        ) r
        order by r.index limit $7
        """, bytes: "$8"))

  /// With a key, a content or an execution, its own index is the way in.
  static func records(by column: String) -> Statement {
    Statement(
      "read_records_by_\(column)",
      [.text, .int2Array, .bytea, .bytea, .bytea, .int8, .int8, .int8],
      page(
        of: """
          select r.*, r.index as place from record r
          where r.namespace = (select id from namespace where name = $1) and r.kind = any($2)
            and ($3 is null or r.key = $3) and ($4 is null or r.content = $4)
            and ($5 is null or r.execution = $5) and r.\(column) is not null and r.index > $6
            and r.index < \(signed)
          order by r.index limit $7
          """, bytes: "$8"))
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
    "read_names", [.text, .bytea, .bytea, .bytea, .int8, .int8],
    page(
      of: """
        select r.*, e.subject as place
        from (
          select subject, max(index) as index from event
          where namespace = (select id from namespace where name = $1) and kind = 14
            and index < \(signed)
            and subject >= $2 and ($3 is null or subject < $3) and ($4 is null or subject > $4)
          group by subject order by subject limit $5
        ) e join record r on r.index = e.index
        order by e.subject
        """, bytes: "$6"))

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
  private static func page(of rows: String, bytes: String) -> String {
    """
    select \(columns), r.found
    from (
      select *, count(*) over () as found,
        sum(octet_length(body)) over (
          order by place rows between unbounded preceding and 1 preceding
        ) as before
      from (\(rows)) as rows
    ) r
    where coalesce(r.before, 0) < \(bytes)
    order by r.place
    """
  }
}
