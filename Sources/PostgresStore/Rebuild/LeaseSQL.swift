import Postgres

/// Statements of the items of rebuilds: leased, renewed, finished.
///
/// Who ends leases locks their rebuilds first, in order of id, so that two who free the same item do not wait for each
/// other. Who takes leases waits for nobody (SKIP LOCKED).
enum LeaseSQL {
  static let columns = """
    i.id::text, i.number, i.view, i.goal, i.class, i.executor,
      array(
        select needs from rebuild_dependency d
        where d.rebuild = i.rebuild and d.number = i.number order by needs
      ),
      i.expected_class, i.expected_milliseconds, i.state, i.reason, i.attempts, i.leased_by,
      i.expires_at, i.view_to, i.output, i.stderr, i.lease::text
    """

  static let items = Statement(
    "rebuild_items", [.text, .text, .text, .int4, .int8],
    """
    select \(columns) from rebuild_item i
    where i.rebuild = $1::uuid and i.namespace = (select id from namespace where name = $2)
      and ($3 is null or i.state = $3) and i.number > $4
    order by i.number limit $5
    """)

  static let under = Statement(
    "lease_items", [.textArray, .text],
    """
    select \(columns) from rebuild_item i
    where i.lease = any($1::uuid[]) and i.namespace = (select id from namespace where name = $2)
    order by i.priority desc, i.place, i.number
    """)

  static let lockExpired = Statement(
    "lease_lock_expired", [.timestamptz],
    """
    select from rebuild r
    where r.id in (select rebuild from rebuild_item where state = 'leased' and expires_at <= $1)
    order by r.id for no key update
    """)

  /// A lease that is over frees its item, or sets it aside at attempt $2.
  static let expire = Statement(
    "lease_expire", [.timestamptz, .int4],
    """
    update rebuild_item i set expires_at = null, reason = 'lease_expired', \(ending(orSetAside: "i.attempts >= $2"))
    from rebuild r
    where r.id = i.rebuild and i.state = 'leased' and i.expires_at <= $1
    returning i.rebuild::text, i.state <> 'ready'
    """)

  /// Takes nothing where one of the leases is there already: then this is a repetition.
  static let take = Statement(
    "lease_take",
    [.text, .textArray, .text, .textArray, .text, .text, .int4, .timestamptz],
    """
    with candidate as materialized (
      select i.rebuild, i.number from rebuild_item i
      where i.namespace = (select id from namespace where name = $1) and i.state = 'ready'
        and i.executor = any($4) and (i.class is null or i.class = $3)
        and ($6 is null or i.rebuild = $6::uuid)
        and not exists (select from rebuild_item where lease = any($2::uuid[]))
      order by i.priority desc, i.place, i.number
      limit cardinality($2) for update skip locked
    ), numbered as (
      select rebuild, number, row_number() over () as position from candidate
    )
    update rebuild_item i set state = 'leased', attempts = i.attempts + 1, lease = l.id::uuid,
      lease_seconds = $7, leased_by = $5, reason = null,
      expires_at = $8 + make_interval(secs => $7)
    from numbered n join unnest($2) with ordinality as l (id, position) using (position)
    where i.rebuild = n.rebuild and i.number = n.number
    """)

  static let renew = Statement(
    "lease_renew", [.text, .text, .timestamptz],
    """
    update rebuild_item set expires_at = $3 + make_interval(secs => lease_seconds)
    where lease = $1::uuid and namespace = (select id from namespace where name = $2)
      and state = 'leased'
    returning expires_at
    """)

  static let aim = Statement(
    "lease_aim", [.text, .text, .bytea],
    """
    update rebuild_item set view_to = $3
    where lease = $1::uuid and namespace = (select id from namespace where name = $2)
      and state = 'leased'
    returning number
    """)

  static let lock = Statement(
    "lease_lock", [.text, .text],
    """
    select from rebuild r
    where r.id in (
      select rebuild from rebuild_item
      where lease = $1::uuid and namespace = (select id from namespace where name = $2)
    )
    for no key update
    """)

  /// What waits for it, and for nothing else, is ready then.
  static let done = Statement(
    "lease_done", [.text, .text, .bytea],
    """
    with done as (
      update rebuild_item set state = 'done', output = $3, reason = null, expires_at = null
      where lease = $1::uuid and namespace = (select id from namespace where name = $2)
        and state in ('leased', 'ready')
      returning rebuild, number
    )
    update rebuild_item i set blockers = i.blockers - 1,
      state = case when i.state = 'waiting' and i.blockers = 1 then 'ready' else i.state end
    from done join rebuild_dependency d on d.rebuild = done.rebuild and d.needs = done.number
    where i.rebuild = d.rebuild and i.number = d.number
    """)

  static let failed = Statement(
    "lease_failed", [.text, .text, .text, .bytea, .int4],
    """
    update rebuild_item i set expires_at = null, reason = $3, stderr = $4, failures = i.failures + 1,
      \(ending(orSetAside: "i.failures + 1 >= $5"))
    from rebuild r
    where r.id = i.rebuild and i.lease = $1::uuid and i.state = 'leased'
      and i.namespace = (select id from namespace where name = $2)
    returning i.rebuild::text, i.state <> 'ready'
    """)

  /// Somebody gives it back: no attempt came to an end.
  static let returned = Statement(
    "lease_returned", [.text, .text],
    """
    update rebuild_item i set expires_at = null, reason = 'returned', \(ending(orSetAside: "false"))
    from rebuild r
    where r.id = i.rebuild and i.lease = $1::uuid and i.state = 'leased'
      and i.namespace = (select id from namespace where name = $2)
    returning i.rebuild::text, i.state <> 'ready'
    """)

  static let listed = Statement(
    "lease_listed", [.text, .text, .text],
    """
    update rebuild_item set state = 'listed', reason = $3, expires_at = null
    where lease = $1::uuid and namespace = (select id from namespace where name = $2)
      and state = 'leased'
    returning rebuild::text, true
    """)

  /// What waits in rebuilds $1, through however many others, for an item that will not be made.
  static let strand = Statement(
    "lease_strand", [.textArray],
    """
    with recursive stranded as (
      select w.rebuild, w.number
      from rebuild_item w
      join rebuild_dependency d on d.rebuild = w.rebuild and d.number = w.number
      join rebuild_item n on n.rebuild = d.rebuild and n.number = d.needs
      where w.rebuild = any($1::uuid[]) and w.state = 'waiting' and n.state in ('failed', 'listed', 'cancelled')
      union
      select d.rebuild, d.number
      from stranded s
      join rebuild_dependency d on d.rebuild = s.rebuild and d.needs = s.number
    )
    update rebuild_item i set state = 'listed', reason = 'waits_for_listed'
    from stranded s
    where i.rebuild = s.rebuild and i.number = s.number and i.state = 'waiting'
    """)

  /// Where an attempt that came to nothing leaves its item.
  private static func ending(orSetAside condition: String) -> String {
    """
    state = case
      when r.cancelled_at is not null then 'cancelled'
      when \(condition) then 'failed'
      else 'ready'
    end
    """
  }
}
