import Postgres

/// Statements of lineage: the references beside the records.
enum LineageSQL {
  /// The records from index $1 on, below $2, at most $3, those before which there are fewer than $4
  /// references: the first one always. It is cut here, because libpq holds a whole answer in memory.
  static let block = Statement(
    "lineage_block", [.int8, .int8, .int8, .int8],
    """
    select index, kind, namespace, targets, members, roles
    from (
      select *, sum(cardinality(targets)) over (
        order by index rows between unbounded preceding and 1 preceding
      ) as before
      from (
        select index, kind, namespace, targets, members, roles from record
        where index >= $1 and index < $2 order by index limit $3
      ) as rows
    ) r
    where coalesce(before, 0) < $4
    order by index
    """)

  static let namespaceNames = Statement(
    "lineage_namespace_names", [.int4Array], "select id, name from namespace where id = any($1)")
}
