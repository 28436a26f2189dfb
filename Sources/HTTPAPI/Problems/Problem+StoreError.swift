import HTTPTypes
import Store

extension Problem {
  /// The store's failure as a client may see it: what to do, never table names or hosts.
  init(_ error: StoreError) {
    switch error.code {
    case .overloaded:
      self = .retryable("overloaded", "too much is waiting; nothing was stored", after: 1)
    case .deadlineExceeded:
      self = .retryable(
        "deadline_exceeded", "the request waited too long; nothing was stored", after: 1)
    case .unavailable, .raced:
      self = .retryable(
        "unavailable", "the database is not available; nothing was stored", after: 2)
    case .signerUnavailable:
      self = .retryable(
        "signer_unavailable",
        "the log's signer does not answer, so nothing can be acknowledged; send the same request again",
        after: 2)
    case .signerRefuses:
      self = .retryable(
        "read_only", "the log's signer refuses this database; nothing was stored; /readyz says why",
        after: 30)
    case .outcomeUnknown:
      self = .retryable(
        "outcome_unknown",
        "it is not known whether this was stored; send the same request again to learn", after: 1)
    case .notReached: self = Problem(.notFound, "not_reached", error.message)
    default:
      self = Problem(.internalServerError, "internal", "the server failed; its log says why")
    }
  }
}
