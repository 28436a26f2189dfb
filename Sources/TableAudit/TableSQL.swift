import Postgres

/// What an audit asks the tables: reading only, and none of it shared with the service, whose statements
/// are what is audited. The one place with SQL beside PostgresStore.
enum TableSQL {
  static let published = Statement(
    "audit_published", [], "select size, checkpoint from log_published")

  static let identity = Statement(
    "audit_identity", [], "select verifier_key from log_identity")

  /// $1: level, $2: number.
  static let tile = Statement(
    "audit_tile", [.int2, .int8], "select hashes from log_tile where level = $1 and number = $2")

  /// Hashes of whole tiles of a level, from number $2 up to but without $3.
  static let tileRoots = Statement(
    "audit_tile_roots", [.int2, .int8, .int8],
    "select root from log_tile where level = $1 and number >= $2 and number < $3 order by number")

  static let commitments = Statement(
    "audit_commitments", [.int8, .int8],
    "select commitment from record where index >= $1 and index < $2 order by index")

  private static let time =
    #"to_char(r.committed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"#

  /// Rows below the published size from index $1 on, at most $2.
  static let openings = Statement(
    "audit_openings", [.int8, .int8],
    """
    select r.index, n.name, r.kind, r.digest, r.principal, \(time), r.targets, r.nonce, r.body,
      r.statement, r.erased_by
    from record r left join namespace n on n.id = r.namespace
    where r.index >= $1 and r.index < (select size from log_published)
    order by r.index limit $2
    """)

  /// Rows from index $1 up to but without $2, with what look-ups rely on.
  static let lookups = Statement(
    "audit_lookups", [.int8, .int8],
    """
    select r.index, r.namespace, r.kind, r.digest, r.targets, r.key, r.content, r.execution, r.body,
      r.statement, n.name, r.principal, \(time), r.members, r.roles
    from record r left join namespace n on n.id = r.namespace
    where r.index >= $1 and r.index < $2 order by r.index
    """)

  static let claims = Statement(
    "audit_claims", [.int8, .int8],
    "select index, namespace, claim from claim where index >= $1 and index < $2")

  static let events = Statement(
    "audit_events", [.int8, .int8],
    """
    select index, namespace, kind, subject, previous from event where index >= $1 and index < $2
    """)

  static let edgeFill = Statement("audit_edge_fill", [], "select size from edge_fill")

  /// Records from $1 up to but without $2 with a reference that is not in `edge` just as its columns say, or with one
  /// there that they do not have.
  static let alteredEdges = Statement(
    "audit_altered_edges", [.int8, .int8],
    """
    with said as (
      select r.index as child, t.parent, r.namespace as child_namespace,
        p.namespace as parent_namespace, t.position, t.member, p.kind as parent_kind,
        coalesce(t.role, '') as role
      from record r
      cross join lateral unnest(r.targets, r.members, r.roles)
        with ordinality as t (parent, member, role, position)
      left join record p on p.index = t.parent
      where r.index >= $1 and r.index < $2
    )
    select distinct coalesce(s.child, e.child) as child
    from said s
    full join (select * from edge where child >= $1 and child < $2) e
      on e.child = s.child and e.parent = s.parent and e.child_namespace = s.child_namespace
        and e.parent_namespace = s.parent_namespace and e.position = s.position
        and e.member = s.member and e.parent_kind = s.parent_kind and e.role = s.role
    where s.child is null or e.child is null
    order by child limit 1000
    """)

  /// Records from $1 on, or below 0, that `edge` has references of.
  static let strayEdges = Statement(
    "audit_stray_edges", [.int8],
    "select distinct child from edge where child >= $1 or child < 0 order by child limit 1000")

  /// Next index and last time of the head, how many rows there are, and the last of them.
  static let head = Statement(
    "audit_head", [],
    """
    select h.next_index, r.count, coalesce(r.last, -1), h.last_committed_at >= coalesce(r.time, '-infinity')
    from head h,
      (select count(*) as count, max(index) as last, max(committed_at) as time from record) r
    """)

  /// Full tiles of level $1 from number $2 on, at most 1000.
  static let tiles = Statement(
    "audit_tiles", [.int2, .int8],
    """
    select number, hashes, root from log_tile where level = $1 and number >= $2
    order by number limit 1000
    """)

  /// Marks of destroyed content whose index is no erasure of the same namespace.
  static let contentErasures = Statement(
    "audit_content_erasures", [],
    """
    select e.index from content_erasure e
      left join record r on r.index = e.index and r.namespace = e.namespace and r.kind = 19
    where r.index is null order by e.index limit 1000
    """)
}
