package import Postgres
import StemmaCrypto

/// Plain SQL, forward only, shipped in the binary (migrations/). Applied under a lock, each in a
/// transaction of its own; the digest of what was applied is kept and checked.
package struct Migrations: Sendable {
  package struct Migration: Sendable {
    package let number: Int32
    package let name: String
    package let sql: [UInt8]
  }

  /// In order, without gaps.
  package static let all = [
    Migration(number: 1, name: "0001_store", sql: PackageResources._001_store_sql),
    Migration(number: 2, name: "0002_log", sql: PackageResources._002_log_sql),
    Migration(number: 3, name: "0003_lineage", sql: PackageResources._003_lineage_sql),
    Migration(number: 4, name: "0004_erased", sql: PackageResources._004_erased_sql),
    Migration(number: 5, name: "0005_rebuilds", sql: PackageResources._005_rebuilds_sql),
  ]

  /// Brings the database to the newest version. May be called by many servers at once.
  ///
  /// - Returns: numbers of the migrations that this call applied.
  /// - Throws: `.schema` where the database holds a migration that this program does not know or
  ///   knows with other bytes.
  package static func apply(
    to connection: inout PostgresConnection, deadline: Deadline
  ) throws(PostgresError) -> [Int32] {
    // Any number that is only ours; released with the session at the latest.
    try connection.run(
      """
      select pg_advisory_lock(7402020);
      create table if not exists migration (
        number integer not null,
        name text not null,
        digest bytea not null,
        applied_at timestamptz not null default now(),
        constraint migration_pk primary key (number)
      );
      """, deadline: deadline)
    let applied = try known(to: &connection, deadline)
    var done: [Int32] = []
    for migration in all where applied[migration.number] == nil {
      try connection.run("begin", deadline: deadline)
      try connection.run(String(decoding: migration.sql, as: UTF8.self), deadline: deadline)
      var parameters = Parameters()
      parameters.append(migration.number)
      parameters.append(migration.name)
      parameters.append(SHA256.digest(of: migration.sql).bytes)
      try connection.pipelineCommitting([(record, parameters)], deadline: deadline)
      done.append(migration.number)
    }
    try connection.run("select pg_advisory_unlock(7402020)", deadline: deadline)
    return done
  }

  private static func known(
    to connection: inout PostgresConnection, _ deadline: Deadline
  ) throws(PostgresError) -> [Int32: Digest] {
    let rows = try connection.execute(list, deadline: deadline)
    var applied: [Int32: Digest] = [:]
    for row in 0..<rows.count {
      let number = try rows.int32(row, 0)
      applied[number] = Digest(bytes: try rows.bytes(row, 1))
      guard let ours = all.first(where: { $0.number == number }) else {
        throw PostgresError(
          .sqlState("XX000"),
          "the database has migration \(number), which this program does not know: it is newer")
      }
      guard applied[number] == SHA256.digest(of: ours.sql) else {
        throw PostgresError(
          .sqlState("XX000"),
          "migration \(ours.name) was applied with other bytes than this program has")
      }
    }
    return applied
  }

  private static let list = Statement(
    "migration_list", [], "select number, digest from migration order by number")

  private static let record = Statement(
    "migration_record", [.int4, .text, .bytea],
    "insert into migration (number, name, digest) values ($1, $2, $3)")
}
