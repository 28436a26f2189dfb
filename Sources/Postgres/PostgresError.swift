/// What the database, or the way to it, failed with. Equality is on `code` alone. Never holds a
/// password: conninfo strings are not quoted in messages.
package struct PostgresError: Error, Sendable, Equatable {
  package enum Code: Hashable, Sendable {
    /// The server refused a statement: five characters (PostgreSQL manual, appendix A).
    case sqlState(String)
    /// The connection broke, or never came about.
    case connectionLost
    case deadlineExceeded
    /// A COMMIT was sent and it is not known whether it happened, or whether a standby that should
    /// have it does.
    case outcomeUnknown
    /// Too many wait for a connection.
    case poolExhausted
    case closed
    /// A value did not have the shape that was asked for.
    case decoding
  }

  package let code: Code
  package let message: String
  package let constraint: String?

  package init(_ code: Code, _ message: String, constraint: String? = nil) {
    self.code = code
    self.message = message
    self.constraint = constraint
  }

  package static func == (left: PostgresError, right: PostgresError) -> Bool {
    left.code == right.code
  }

  /// The SQLSTATE's first two characters; nil where there is none.
  package var sqlClass: String? {
    if case .sqlState(let state) = code { String(state.prefix(2)) } else { nil }
  }
}
