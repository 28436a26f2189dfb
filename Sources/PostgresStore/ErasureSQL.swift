import Postgres

/// Statements that destroy bytes: the only ones that change or delete what was said. They run in the
/// transaction that stores the erasure record.
enum ErasureSQL {
  /// The caller's own id goes with the body; what the statement says stays. A nonce that was kept can be
  /// destroyed later; where nothing is left to destroy, the row keeps naming the erasure that did it. Each
  /// index is given once.
  static let eraseBodies = Statement(
    "erase_bodies", [.int8Array, .byteaArray, .int2Array, .int8Array],
    """
    update record r
    set body = null, key = null, statement = coalesce(r.statement, e.statement),
      erased_by = e.erasure,
      nonce = case when e.with_nonce = 1 then null else r.nonce end
    from unnest($1, $2, $3, $4) as e (index, statement, with_nonce, erasure)
    where r.index = e.index
      and (r.body is not null or (e.with_nonce = 1 and r.nonce is not null))
    """)

  /// Uploads that are just finishing are waited for, and those after us see the mark.
  static let lockContent = Statement(
    "erase_lock_content", [], "lock table content in share row exclusive mode")

  static let eraseChunks = Statement(
    "erase_chunks", [.int4Array, .byteaArray],
    """
    delete from content_chunk k
    using unnest($1, $2) as e (namespace, digest)
    join content c on c.namespace = e.namespace and c.digest = e.digest
    where k.upload = c.upload
    """)

  static let eraseContent = Statement(
    "erase_content", [.int4Array, .byteaArray],
    """
    delete from content c using unnest($1, $2) as e (namespace, digest)
    where c.namespace = e.namespace and c.digest = e.digest
    """)

  static let markContent = Statement(
    "erase_mark_content", [.int4Array, .byteaArray, .int8Array],
    """
    insert into content_erasure (namespace, digest, index)
    select * from unnest($1, $2, $3) on conflict do nothing
    """)
}
