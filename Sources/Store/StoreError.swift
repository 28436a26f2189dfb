/// What a use case of the store can fail with. Equality is on `code` alone.
package struct StoreError: Error, Sendable, Equatable {
  package struct Code: Hashable, Sendable {
    package let name: String

    /// The queue is full: nothing was tried.
    package static let overloaded = Code(name: "overloaded")
    /// The database cannot be reached or refused the work: nothing was stored.
    package static let unavailable = Code(name: "unavailable")
    /// The commit may or may not have happened. A retry of the same request settles it.
    package static let outcomeUnknown = Code(name: "outcome_unknown")
    /// The request's time was over before it was tried: nothing was stored.
    package static let deadlineExceeded = Code(name: "deadline_exceeded")
    /// A unique constraint stood in the way of a batch: nothing of it was stored, trying again
    /// (with what is now visible) settles it.
    package static let raced = Code(name: "raced")
    /// The signer cannot be asked, or has stopped. This try stored nothing, or it is not known to be signed.
    package static let signerUnavailable = Code(name: "signer_unavailable")
    /// The signer will not sign this database's head: nothing was stored, and a person must look.
    package static let signerRefuses = Code(name: "signer_refuses")
    /// Committed and signed, but too few witnesses cosigned, and the operator wants no less. Asking again may
    /// find more of them.
    package static let noQuorum = Code(name: "no_quorum")
    /// A question about an index that is not published yet. Its message is for clients.
    package static let notReached = Code(name: "not_reached")
    /// Stored state contradicts itself. Never the client's doing.
    package static let corrupt = Code(name: "corrupt")
  }

  package let code: Code
  /// For operators; may name tables and hosts, so it is logged and not sent to clients.
  package let message: String
  package let cause: (any Error & Sendable)?

  package init(_ code: Code, _ message: String, cause: (any Error & Sendable)? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  package static func == (left: StoreError, right: StoreError) -> Bool { left.code == right.code }
}

extension StoreError: CustomStringConvertible {
  package var description: String {
    cause.map { "\(code.name): \(message) (\($0))" } ?? "\(code.name): \(message)"
  }
}
