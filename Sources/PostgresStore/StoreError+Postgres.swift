import Postgres
import Store

extension StoreError {
  /// What a failure of the database means to a use case.
  init(_ error: PostgresError) {
    let code: Code =
      switch error.code {
      case .outcomeUnknown: .outcomeUnknown
      case .poolExhausted: .overloaded
      case .decoding: .corrupt
      case .connectionLost, .deadlineExceeded, .closed: .unavailable
      case .sqlState: error.sqlClass == "23" || error.sqlClass == "40" ? .raced : .unavailable
      }
    self.init(code, error.message, cause: error)
  }
}

/// Runs `body`, turning the database's failures into the store's.
func translated<Value>(
  _ body: () async throws(PostgresError) -> Value
) async throws(StoreError) -> Value {
  do throws(PostgresError) {
    return try await body()
  } catch {
    throw StoreError(error)
  }
}
