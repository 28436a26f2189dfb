import Postgres

/// Statements of content. An upload's rows are one transaction; what is committed never changes.
enum ContentSQL {
  private static let space = "(select id from namespace where name = $1)"

  static let find = Statement(
    "content_find", [.text, .bytea],
    """
    select size, codec, bytes, upload, chunk_size from content
    where namespace = \(space) and digest = $2
    """)

  static let chunk = Statement(
    "content_chunk", [.int8, .int4],
    "select codec, bytes from content_chunk where upload = $1 and position = $2")

  static let nextUpload = Statement(
    "content_next_upload", [], "select nextval('content_upload')")

  static let addChunk = Statement(
    "content_add_chunk", [.int8, .int4, .int2, .bytea],
    "insert into content_chunk (upload, position, codec, bytes) values ($1, $2, $3, $4)")

  /// Before an upload finishes, in a statement of its own: a new namespace takes the head, and so does an
  /// erasure before it locks `content`. An insert would have locked that table already.
  static let beginSpace = Statement("content_begin_space", [.text], "select namespace_id($1)")

  /// No row comes back where the content is there already, or was erased.
  static let finish = Statement(
    "content_finish", [.text, .bytea, .int8, .int8, .int4, .timestamptz],
    """
    insert into content (namespace, digest, size, upload, chunk_size, created_at)
    select n.id, $2, $3, $4, $5, $6 from namespace n
    where n.name = $1 and not exists (
      select from content_erasure e where e.namespace = n.id and e.digest = $2
    )
    on conflict do nothing returning true
    """)

  static let finishSmall = Statement(
    "content_finish_small", [.text, .bytea, .int8, .int2, .bytea, .timestamptz],
    """
    insert into content (namespace, digest, size, codec, bytes, created_at)
    select n.id, $2, $3, $4, $5, $6 from namespace n
    where n.name = $1 and not exists (
      select from content_erasure e where e.namespace = n.id and e.digest = $2
    )
    on conflict do nothing returning true
    """)

  /// That content is gone is said at once, by which erasure only when a checkpoint covers it.
  static let whereabouts = Statement(
    "content_whereabouts", [.text, .bytea],
    """
    select
      exists (select from content where namespace = n.id and digest = $2),
      exists (
        select from record where namespace = n.id and content = $2 and index < \(ReadSQL.signed)
      ),
      (select locations from content_location where namespace = n.id and digest = $2),
      exists (select from content_erasure where namespace = n.id and digest = $2),
      (select r.digest from content_erasure e join record r on r.index = e.index
       where e.namespace = n.id and e.digest = $2 and e.index < \(ReadSQL.signed))
    from namespace n where n.name = $1
    """)

  static let setLocations = Statement(
    "content_set_locations", [.text, .bytea, .textArray, .timestamptz],
    """
    insert into content_location (namespace, digest, locations, updated_at)
    values (namespace_id($1), $2, $3, $4)
    on conflict (namespace, digest) do update
    set locations = excluded.locations, updated_at = excluded.updated_at
    """)
}
