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

  /// No row comes back where the content is there already, or was erased.
  static let finish = Statement(
    "content_finish", [.text, .bytea, .int8, .int8, .int4, .timestamptz],
    """
    insert into content (namespace, digest, size, upload, chunk_size, created_at)
    select n.id, $2, $3, $4, $5, $6 from namespace_id($1) as n (id)
    where not exists (
      select from content_erasure e where e.namespace = n.id and e.digest = $2
    )
    on conflict do nothing returning true
    """)

  static let finishSmall = Statement(
    "content_finish_small", [.text, .bytea, .int8, .int2, .bytea, .timestamptz],
    """
    insert into content (namespace, digest, size, codec, bytes, created_at)
    select n.id, $2, $3, $4, $5, $6 from namespace_id($1) as n (id)
    where not exists (
      select from content_erasure e where e.namespace = n.id and e.digest = $2
    )
    on conflict do nothing returning true
    """)

  static let whereabouts = Statement(
    "content_whereabouts", [.text, .bytea],
    """
    select
      exists (select from content where namespace = n.id and digest = $2),
      exists (select from record where namespace = n.id and content = $2),
      (select locations from content_location where namespace = n.id and digest = $2),
      (select r.digest from content_erasure e join record r on r.index = e.index
       where e.namespace = n.id and e.digest = $2)
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
