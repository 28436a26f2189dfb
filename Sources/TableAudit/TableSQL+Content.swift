import Postgres

/// What an audit asks of content: its bytes, and what says that they were destroyed.
///
/// Bytes and bodies are read only up to a length that the caller gives: whoever altered a row could have put a
/// gigabyte there.
extension TableSQL {
  /// Rows behind the key ($1, $2), at most $3; bytes in the row up to $4 of them. Last the first record that
  /// names the content.
  static let contents = Statement(
    "audit_contents", [.int4, .bytea, .int8, .int4],
    """
    select c.namespace, c.digest, n.name, c.size, c.codec,
      case when octet_length(c.bytes) <= $4 then c.bytes end, c.upload, c.chunk_size,
      (select min(r.index) from record r where r.namespace = c.namespace and r.content = c.digest)
    from content c left join namespace n on n.id = c.namespace
    where (c.namespace, c.digest) > ($1, $2) order by c.namespace, c.digest limit $3
    """)

  /// Chunks of upload $1 from position $2 on, at most $3; bytes up to $4 of them.
  static let chunks = Statement(
    "audit_chunks", [.int8, .int4, .int8, .int4],
    """
    select position, codec, case when octet_length(bytes) <= $4 then bytes end
    from content_chunk where upload = $1 and position >= $2 order by position limit $3
    """)

  /// Uploads whose chunks no content has. A server writes chunks and content in one transaction, so that an
  /// upload under way is not seen here.
  static let orphans = Statement(
    "audit_orphans", [],
    """
    select k.upload, count(*) from content_chunk k
    where not exists (select from content c where c.upload = k.upload)
    group by k.upload order by k.upload limit 1000
    """)

  /// Uploads whose chunks are those of several contents: what erases one of them would destroy the others.
  static let shared = Statement(
    "audit_shared", [],
    """
    select upload, count(*) from content where upload is not null
    group by upload having count(*) > 1 order by upload limit 1000
    """)

  /// How many contents records name that are neither here nor erased.
  static let absent = Statement(
    "audit_absent", [],
    """
    select count(*) from (
      select distinct namespace, content from record where content is not null
    ) r
    where not exists (
      select from content c where c.namespace = r.namespace and c.digest = r.content
    ) and not exists (
      select from content_erasure e where e.namespace = r.namespace and e.digest = r.content
    )
    """)

  /// Marks of destroyed content behind the key ($1, $2), at most $3: with the body of the erasure of their
  /// index up to $4 bytes, the content of its subject, and whether the bytes are there.
  static let marks = Statement(
    "audit_marks", [.int4, .bytea, .int8, .int4],
    """
    select e.namespace, e.digest, e.index, case when octet_length(r.body) <= $4 then r.body end,
      s.content,
      exists (select from content c where c.namespace = e.namespace and c.digest = e.digest)
    from content_erasure e
      left join record r on r.index = e.index and r.namespace = e.namespace and r.kind = 19
      left join record s on s.index = r.targets[1] and s.namespace = e.namespace
    where (e.namespace, e.digest) > ($1, $2) order by e.namespace, e.digest limit $3
    """)

  /// Erasures from index $1 on, at most $2: with their body up to $3 bytes, whether their subject names
  /// content, and the mark of that content.
  static let erasures = Statement(
    "audit_erasures", [.int8, .int8, .int4],
    """
    select r.index, case when octet_length(r.body) <= $3 then r.body end, s.content is not null,
      e.index
    from record r
      left join record s on s.index = r.targets[1] and s.namespace = r.namespace
      left join content_erasure e on e.namespace = r.namespace and e.digest = s.content
    where r.kind = 19 and r.index >= $1 order by r.index limit $2
    """)
}
