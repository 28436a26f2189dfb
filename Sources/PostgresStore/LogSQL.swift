import Postgres

/// Statements of the log: its tiles, its right edge, and what is published of it.
enum LogSQL {
  /// Entries from $1 up to but without $2.
  static let commitments = Statement(
    "log_commitments", [.int8, .int8],
    "select commitment from record where index >= $1 and index < $2 order by index")

  /// Hashes of whole tiles of a level, from number $2 up to but without $3.
  static let tileRoots = Statement(
    "log_tile_roots", [.int2, .int8, .int8],
    "select root from log_tile where level = $1 and number >= $2 and number < $3 order by number")

  static let tile = Statement(
    "log_tile", [.int2, .int8], "select hashes from log_tile where level = $1 and number = $2")

  /// Of two checkpoints of one size, which is one tree, the longer one has more cosignatures.
  static let publish = Statement(
    "log_publish", [.int8, .bytea],
    """
    update log_published set size = $1, checkpoint = $2
    where size < $1 or (size = $1 and octet_length(checkpoint) < octet_length($2))
    """)

  static let published = Statement(
    "log_published", [], "select size, checkpoint from log_published")

  private static let signed = "(select size from log_published)"
  private static let opened = """
    r.index, r.nonce, r.commitment, r.kind, r.principal, r.committed_at, r.body, r.targets,
      r.statement, r.erased_by, r.digest, n.name
    """

  static let opening = Statement(
    "log_opening", [.text, .bytea],
    """
    select \(opened) from record r join namespace n on n.id = r.namespace
    where r.index < \(signed) and n.name = $1 and r.digest = $2
    """)

  /// At most $2 from index $1 on, those before which there are fewer than $3 bytes.
  static let openings = Statement(
    "log_openings", [.int8, .int8, .int8],
    page(
      of: "select * from record where index >= $1 and index < \(signed) order by index limit $2",
      bytes: "$3"))

  /// Of those at $1, those before which there are fewer than $2 bytes.
  static let openingsAt = Statement(
    "log_openings_at", [.int8Array, .int8],
    page(of: "select * from record where index = any($1) and index < \(signed)", bytes: "$2"))

  /// The first of `rows` always, and those before which there are fewer than `bytes` bytes. libpq holds a whole
  /// answer in memory, so it is cut here.
  private static func page(of rows: String, bytes: String) -> String {
    """
    select \(opened)
    from (
      select *, sum(coalesce(octet_length(body), octet_length(statement))) over (
        order by index rows between unbounded preceding and 1 preceding
      ) as before
      from (\(rows)) as rows
    ) r join namespace n on n.id = r.namespace
    where coalesce(r.before, 0) < \(bytes)
    order by r.index
    """
  }

  /// The verifier key of the log that this database belongs to, and whether any record is there.
  static let identity = Statement(
    "log_identity", [],
    """
    select (select verifier_key from log_identity), exists (select from record)
    """)

  static let setIdentity = Statement(
    "log_set_identity", [.text],
    "insert into log_identity (verifier_key) values ($1) on conflict do nothing")
}
