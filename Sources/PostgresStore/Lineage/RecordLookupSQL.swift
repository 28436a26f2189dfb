import Postgres

/// Statements of look-ups by index, for lineage.
enum RecordLookupSQL {
  /// The records of indices $1, ascending. Where they were destroyed, the last column says it.
  static let records = Statement(
    "lookup_records", [.int8Array],
    """
    select r.index, n.name, r.kind, r.digest, r.principal, r.committed_at, null::bytea,
      r.body is null, r.erased_by is null
    from record r join namespace n on n.id = r.namespace
    where r.index = any($1) and r.index < \(ReadSQL.signed)
    order by r.index
    """)

  /// The same with bodies: those before which there are fewer than $2 bytes of them, the first one always. It is
  /// cut here, because libpq holds a whole answer in memory.
  static let recordsWithBodies = Statement(
    "lookup_records_with_bodies", [.int8Array, .int8],
    """
    select r.index, n.name, r.kind, r.digest, r.principal, r.committed_at, r.body, r.body is null,
      r.erased_by is null
    from (
      select *, sum(octet_length(body)) over (
        order by index rows between unbounded preceding and 1 preceding
      ) as before
      from record where index = any($1) and index < \(ReadSQL.signed)
    ) r join namespace n on n.id = r.namespace
    where coalesce(r.before, 0) < $2
    order by r.index
    """)

  static let newestErasure = Statement(
    "lookup_newest_erasure", [], "select max(erased_by) from record where erased_by is not null")

  /// Index of digest $2 in the first of namespaces $1 that has it below $3.
  static let index = Statement(
    "lookup_index", [.textArray, .bytea, .int8],
    """
    select r.index
    from unnest($1) with ordinality as wanted (name, place)
    join namespace n on n.name = wanted.name
    join record r on r.namespace = n.id and r.digest = $2
    where r.index < $3 and r.index < \(ReadSQL.signed)
    order by wanted.place limit 1
    """)

  /// How many records were committed no later than $1. Time never falls along the index, and the index has no gaps: a
  /// search by halves, each step one look-up by key.
  static let sizeAtTime = Statement(
    "lookup_size_at_time", [.timestamptz],
    """
    with recursive search (low, high) as (
      select 0::bigint, \(ReadSQL.signed)
      union all
      select
        case when r.committed_at <= $1 then r.index + 1 else s.low end,
        case when r.committed_at <= $1 then s.high else r.index end
      from search s join record r on r.index = (s.low + s.high) / 2
      where s.low < s.high
    )
    select low from search where low >= high
    """)
}
