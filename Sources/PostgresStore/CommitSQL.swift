import Postgres

/// Statements of the commit path. Every one but BEGIN and the head's takes sets, never single rows.
enum CommitSQL {
  // Every look-up of a commit is by key, so that it costs the same in a store of any size. Left to
  // itself the planner reads whole tables, for it plans a statement while they are small and keeps that
  // plan when they are not. Hence no sequential scans, and each look-up is a lateral subquery with a
  // limit, which no join can start from. JIT compilation would be called for by the price that is put
  // on the scan of `head`, which has to be scanned.

  // And one server that is stopped or cut off while it holds the head must not stop the others: the
  // database ends its transaction, and whoever waits for the head gives up before its request does.

  /// What the committer's connections run first.
  static let session = """
    set enable_seqscan = off; set jit = off;
    set idle_in_transaction_session_timeout = '20s'; set lock_timeout = '15s'
    """

  static let begin = Statement("commit_begin", [], "begin isolation level read committed")

  /// Every writer takes this row first: there are no races behind it, and indices have no gaps.
  static let lockHead = Statement("commit_lock_head", [], "\(head) for update")

  static let readHead = Statement("commit_read_head", [], head)

  private static let head = "select next_index, next_namespace, last_committed_at from head"

  /// The digest as a range of one, in order: only the unique index gives that. With equality, other
  /// indexes that begin with the namespace look as good while the store is small, and are then read
  /// whole for every key.
  static let findRecords = Statement(
    "commit_find_records", [.int4Array, .byteaArray],
    """
    select q.position, r.index, r.kind, r.content
    from unnest($1, $2) with ordinality as q (namespace, digest, position)
    cross join lateral (
      select index, kind, content from record
      where namespace = q.namespace and digest >= q.digest and digest <= q.digest
      order by digest limit 1
    ) r
    """)

  static let findClaims = Statement(
    "commit_find_claims", [.int4Array, .byteaArray],
    """
    select q.position, c.index, r.digest
    from unnest($1, $2) with ordinality as q (namespace, claim, position)
    cross join lateral (
      select index from claim where namespace = q.namespace and claim = q.claim limit 1
    ) c
    cross join lateral (select digest from record where index = c.index limit 1) r
    """)

  static let findChains = Statement(
    "commit_find_chains", [.int4Array, .int2Array, .byteaArray],
    """
    select q.position, e.index, r.digest
    from unnest($1, $2, $3) with ordinality as q (namespace, kind, subject, position)
    cross join lateral (
      select index from event
      where namespace = q.namespace and kind = q.kind and subject = q.subject
      order by index desc limit 1
    ) e
    cross join lateral (select digest from record where index = e.index limit 1) r
    """)

  static let findContent = Statement(
    "commit_find_content", [.int4Array, .byteaArray],
    """
    select q.position, e.digest is not null
    from unnest($1, $2) with ordinality as q (namespace, digest, position)
    left join lateral (
      select digest from content where namespace = q.namespace and digest = q.digest limit 1
    ) c on true
    left join lateral (
      select digest from content_erasure
      where namespace = q.namespace and digest = q.digest limit 1
    ) e on true
    where c.digest is not null or e.digest is not null
    """)

  static let moveHead = Statement(
    "commit_move_head", [.int8, .int4, .timestamptz],
    """
    update head set next_index = next_index + $1, next_namespace = next_namespace + $2,
      last_committed_at = $3
    """)

  static let addNamespaces = Statement(
    "commit_add_namespaces", [.int4Array, .textArray],
    "insert into namespace (id, name) select * from unnest($1, $2)")

  static let addRecords = Statement(
    "commit_add_records",
    [
      .int8Array, .int4Array, .byteaArray, .int2Array, .textArray, .byteaArray, .textArray,
      .textArray, .textArray, .byteaArray, .byteaArray, .byteaArray, .byteaArray, .byteaArray,
      .timestamptz,
    ],
    """
    insert into record (index, namespace, digest, kind, principal, body, targets, members, roles,
      key, content, execution, nonce, commitment, committed_at)
    select index, namespace, digest, kind, principal, body, targets::bigint[],
      members::smallint[], nullif(roles, '')::text[], key, content, execution, nonce, commitment, $15
    from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) as n (index, namespace,
      digest, kind, principal, body, targets, members, roles, key, content, execution, nonce,
      commitment)
    """)

  static let addTiles = Statement(
    "commit_add_tiles", [.int2Array, .int8Array, .byteaArray, .byteaArray],
    "insert into log_tile (level, number, hashes, root) select * from unnest($1, $2, $3, $4)")

  static let addClaims = Statement(
    "commit_add_claims", [.int4Array, .byteaArray, .int8Array],
    "insert into claim (namespace, claim, index) select * from unnest($1, $2, $3)")

  static let addEvents = Statement(
    "commit_add_events", [.int4Array, .int2Array, .byteaArray, .int8Array, .int8Array],
    """
    insert into event (namespace, kind, subject, index, previous)
    select * from unnest($1, $2, $3, $4, $5)
    """)

  /// An upload of the same bytes may have finished since the look-up: it takes no head row.
  static let addContent = Statement(
    "commit_add_content",
    [.int4Array, .byteaArray, .int8Array, .int2Array, .byteaArray, .timestamptz],
    """
    insert into content (namespace, digest, size, codec, bytes, created_at)
    select namespace, digest, size, codec, bytes, $6
    from unnest($1, $2, $3, $4, $5) as n (namespace, digest, size, codec, bytes)
    on conflict do nothing
    """)
}

enum NamespaceSQL {
  static let ids = Statement(
    "namespace_ids", [.textArray], "select name, id from namespace where name = any($1)")
}
