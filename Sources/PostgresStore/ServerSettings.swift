package import Postgres

/// Settings of the server that our promise rests on: an acknowledged commit survives a power cut.
package enum ServerSettings {
  /// What would break the promise, as sentences; empty where all is well.
  package static func faults(
    of connection: inout PostgresConnection, deadline: Deadline
  ) throws(PostgresError) -> [String] {
    let rows = try connection.execute(statement, deadline: deadline)
    var faults: [String] = []
    for row in 0..<rows.count {
      let (name, value) = (try rows.text(row, 0), try rows.text(row, 1))
      let isSafe =
        name == "synchronous_commit"
        ? ["on", "remote_write", "remote_apply", "local"].contains(value)
        : value == "on"
      if !isSafe { faults.append("\(name) is \(value)") }
    }
    return faults
  }

  private static let statement = Statement(
    "server_settings", [],
    """
    select name, setting from pg_settings
    where name in ('fsync', 'full_page_writes', 'synchronous_commit') order by name
    """)
}
