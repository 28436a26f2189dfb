import Postgres

/// Statements of rebuilds as a whole: made, listed, cancelled, counted.
enum RebuildSQL {
  static let create = Statement(
    "rebuild_create", [.text, .text, .text, .int4, .int8, .text, .timestamptz],
    """
    insert into rebuild (id, namespace, what, priority, at, created_by, created_at)
    values ($1::uuid, namespace_id($2), $3, $4, $5, $6, $7)
    on conflict (id) do nothing
    """)

  static let createItems = Statement(
    "rebuild_create_items",
    [
      .text, .textArray, .int4Array, .byteaArray, .textArray, .textArray, .textArray, .textArray,
      .int8Array, .textArray, .textArray, .int4Array,
    ],
    """
    insert into rebuild_item (
      rebuild, id, number, namespace, priority, place, view, goal, class, executor, expected_class,
      expected_milliseconds, state, reason, blockers)
    select r.id, i.id::uuid, i.number, r.namespace, r.priority, r.place, i.view, i.goal, i.class,
      i.executor, i.expected_class, nullif(i.expected_milliseconds, -1), i.state, i.reason, i.blockers
    from rebuild r
    cross join unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) as i (
      id, number, view, goal, class, executor, expected_class, expected_milliseconds, state, reason,
      blockers)
    where r.id = $1::uuid
    on conflict do nothing
    """)

  static let createDependencies = Statement(
    "rebuild_create_dependencies", [.text, .int4Array, .int4Array],
    """
    insert into rebuild_dependency (rebuild, number, needs)
    select $1::uuid, * from unnest($2, $3)
    on conflict do nothing
    """)

  private static let columns = """
    r.id::text, r.what, r.priority, r.at, r.created_by, r.created_at, r.cancelled_at, r.place,
      coalesce(c.states, '{}'), coalesce(c.classes, '{}'), coalesce(c.counts, '{}')
    """

  private static let counts = """
    left join lateral (
      select array_agg(state) as states, array_agg(class) as classes, array_agg(count) as counts
      from (
        select state, class, count(*) as count from rebuild_item
        where rebuild = r.id group by state, class order by state, class
      ) each
    ) c on true
    """

  static let find = Statement(
    "rebuild_find", [.text, .text],
    """
    select \(columns) from rebuild r \(counts)
    where r.id = $1::uuid and r.namespace = (select id from namespace where name = $2)
    """)

  static let list = Statement(
    "rebuild_list", [.text, .int8, .int8],
    """
    select \(columns) from rebuild r \(counts)
    where r.namespace = (select id from namespace where name = $1) and r.place < $2
    order by r.place desc limit $3
    """)

  static let cancel = Statement(
    "rebuild_cancel", [.text, .text, .timestamptz],
    """
    update rebuild set cancelled_at = coalesce(cancelled_at, $3)
    where id = $1::uuid and namespace = (select id from namespace where name = $2)
    returning id
    """)

  static let cancelItems = Statement(
    "rebuild_cancel_items", [.text, .text],
    """
    update rebuild_item set state = 'cancelled', reason = 'cancelled'
    where rebuild = $1::uuid and namespace = (select id from namespace where name = $2)
      and state in ('waiting', 'ready')
    """)

  /// Failed items of rebuilds that somebody cancelled are nobody's concern any more.
  static let backlog = Statement(
    "rebuild_backlog", [],
    """
    select coalesce(class, expected_class) as class,
      count(*) filter (where state in ('waiting', 'ready')),
      count(*) filter (where state = 'leased'),
      count(*) filter (where state = 'failed'),
      coalesce(sum(expected_milliseconds) filter (where state in ('waiting', 'ready')), 0)::bigint
    from rebuild_item i
    where state in ('waiting', 'ready', 'leased', 'failed')
      and (state <> 'failed' or exists (
        select from rebuild r where r.id = i.rebuild and r.cancelled_at is null))
    group by 1 order by 1 nulls first
    """)
}
