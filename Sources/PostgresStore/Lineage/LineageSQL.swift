import Postgres

/// Statements of lineage: the references beside the records, and those in `edge`.
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

  // Everything here is by key: what CommitSQL says of the planner holds for these too.

  /// What connections that read or write `edge` run first.
  static let session = "set enable_seqscan = off; set enable_bitmapscan = off; set jit = off"

  /// Members in the mask $2 and, where they have one, of roles $3 of the references of nodes $1, in the order of a
  /// walk: at most $8, after the key ($4 to $7) of one of the first node's. Reads one index, and not much more of
  /// it than it gives: laterals run node by node, and the order is theirs already. (An array of members would be
  /// looked up one by one, and the order lost.)
  static let up = Statement(
    "lineage_up",
    [.int8Array, .int8, .textArray, .int8, .int2, .text, .int2, .int8],
    """
    select n.node, e.parent, e.member, e.role, e.position, e.parent_namespace, e.parent_kind
    from unnest($1) with ordinality as n (node, place)
    cross join lateral (
      select parent, member, role, position, parent_namespace, parent_kind from edge
      where child = n.node and ($2 >> member) & 1 = 1
        and ($3 is null or role = '' or role = any($3 collate "C"))
        and (parent, member, role, position) > (
          case n.place when 1 then $4 else -1 end, case n.place when 1 then $5 else 0::smallint end,
          case n.place when 1 then $6 else '' end, case n.place when 1 then $7 else 0::smallint end)
      order by parent, member, role, position limit $8
    ) e
    order by n.place, e.parent, e.member, e.role, e.position limit $8
    """)

  /// The same down, of members $2 and below $9. The index has the members apart (a step wants the newest of each), so each is
  /// read on its own, from where the key says, and as many as are wanted at the most are put in order.
  static let down = Statement(
    "lineage_down",
    [.int8Array, .int2Array, .textArray, .int8, .int2, .text, .int2, .int8, .int8],
    """
    select n.node, e.child, e.member, e.role, e.position, e.child_namespace
    from unnest($1) with ordinality as n (node, place)
    cross join lateral (
      select k.* from unnest($2) as m (member)
      cross join lateral (
        select child, member, role, position, child_namespace from edge
        where parent = n.node and member = m.member and child < $9
          and ($3 is null or role = '' or role = any($3 collate "C"))
          and (child, role, position) > (
            case when n.place > 1 then -1 when m.member < $5 then $4 + 1 else $4 end,
            case when n.place = 1 and m.member = $5 then $6 else '' end,
            case when n.place = 1 and m.member = $5 then $7 else 0::smallint end)
        order by child, role, position limit $8
      ) k
      order by k.child, k.member, k.role, k.position limit $8
    ) e
    order by n.place, e.child, e.member, e.role, e.position limit $8
    """)

  /// The references of nodes $1 and of what they lead to, level by level, $4 levels at the most and $6 rows: for narrow
  /// graphs, where a round trip a level is what a walk costs. A node comes with its references, $5 at the most, in any
  /// order, or with nulls where it has none, and can come again on a later level. Nothing is put in order here, so
  /// that no more is read than is given.
  static let upAhead = ahead(
    "lineage_up_ahead", [.int8Array, .int8, .textArray, .int8, .int8, .int8],
    far: "parent", "parent, member, role, position, parent_namespace, parent_kind",
    where: "child = a.node and ($2 >> member) & 1 = 1")

  /// The same down, of members $2 and below $7. Of each member of a node $5 references at the most.
  static let downAhead = ahead(
    "lineage_down_ahead", [.int8Array, .int2Array, .textArray, .int8, .int8, .int8, .int8],
    far: "child", "child, member, role, position, child_namespace",
    where: "parent = a.node and member = m.member and child < $7", each: "unnest($2) as m (member)")

  private static func ahead(
    _ name: String, _ types: [PostgresType], far: String, _ columns: String,
    where condition: String,
    each: String = "(select) as m"
  ) -> Statement {
    func references(_ columns: String) -> String {
      """
      lateral (
        select k.* from \(each) cross join lateral (
          select \(columns) from edge
          where \(condition) and ($3 is null or role = '' or role = any($3 collate "C"))
          limit $5
        ) k
      ) e
      """
    }
    return Statement(
      name, types,
      """
      with recursive ahead (node, level) as (
        select node, 0 from unnest($1) as n (node)
        union
        select e.\(far), a.level + 1 from ahead a cross join \(references(far))
        where a.level < $4
      )
      select a.node, e.*, a.level from ahead a left join \(references(columns)) on true limit $6
      """)
  }

  /// Of each of nodes $1 and members in the mask $2 the newest $4, in namespaces $3. A record has few references.
  static let stepUp = Statement(
    "lineage_step_up", [.int8Array, .int8, .int4Array, .int8],
    """
    select n.node, e.parent, e.member, e.role
    from unnest($1) as n (node)
    cross join lateral (
      select parent, member, role, position, row_number() over (
        partition by member order by parent desc, role, position) as number
      from edge
      where child = n.node and ($2 >> member) & 1 = 1 and parent_namespace = any($3)
    ) e
    where e.number <= $4
    order by n.node, e.member, e.parent desc, e.role, e.position
    """)

  /// The same down, of members $2 and below $5. A record can be referred to by any number: read backwards from the newest, and to the end
  /// of the last one's references, as the index has their roles the other way round.
  static let stepDown = Statement(
    "lineage_step_down", [.int8Array, .int2Array, .int4Array, .int8, .int8],
    """
    select n.node, e.child, m.member, e.role
    from unnest($1) as n (node) cross join unnest($2) as m (member)
    cross join lateral (
      select * from (
        select child, role, position from edge
        where parent = n.node and member = m.member and child < $5 and child_namespace = any($3)
        order by child desc fetch first ($4) rows with ties
      ) newest
      order by child desc, role, position limit $4
    ) e
    order by n.node, m.member, e.child desc, e.role, e.position
    """)

  static let progress = Statement(
    "edge_progress", [],
    "select size, (select size from log_published) from edge_fill")
}

/// Statements that fill `edge`.
enum EdgeFillSQL {
  /// Nobody waits for what can be derived again. And one server that is stopped in the middle must not stop
  /// the others for ever.
  static let session = """
    \(LineageSQL.session); set synchronous_commit = off;
    set idle_in_transaction_session_timeout = '20s'
    """

  static let begin = Statement("edge_begin", [], "begin isolation level read committed")

  /// Locks the fill. No row where another server has it.
  static let lock = Statement(
    "edge_lock", [],
    "select size, (select size from log_published) from edge_fill for update skip locked")

  /// The index after as many records from $1 on, below $2, as have $3 references, but at least one record
  /// and at most $4.
  static let end = Statement(
    "edge_end", [.int8, .int8, .int8, .int8],
    """
    select max(index) + 1 from (
      select index, sum(cardinality(targets)) over (
        order by index rows between unbounded preceding and 1 preceding
      ) as before
      from (
        select index, targets from record where index >= $1 and index < $2 order by index limit $4
      ) as rows
    ) r
    where coalesce(before, 0) < $3
    """)

  /// References of records from $1 up to but without $2.
  static let add = Statement(
    "edge_add", [.int8, .int8],
    """
    insert into edge (child, parent, child_namespace, parent_namespace, position, member,
      parent_kind, role)
    select r.index, e.parent, r.namespace, p.namespace, e.position, e.member, p.kind,
      coalesce(e.role, '')
    from record r
    cross join lateral unnest(r.targets, r.members, r.roles)
      with ordinality as e (parent, member, role, position)
    cross join lateral (select namespace, kind from record where index = e.parent limit 1) p
    where r.index >= $1 and r.index < $2
    """)

  static let move = Statement("edge_move", [.int8], "update edge_fill set size = $1")
}
