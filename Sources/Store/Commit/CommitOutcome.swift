package import StemmaCrypto

/// What became of one commit of a batch that reached the database.
package enum CommitOutcome: Sendable {
  case stored(CommitAnswer)
  case rejected(CommitRejection)
}

/// Where the records of a commit are. Sent to a client only after the transaction is durable.
package struct CommitAnswer: Sendable {
  package struct Entry: Sendable {
    package let digest: Digest
    package let index: Int64
    /// False where the namespace had the record before this commit.
    package let created: Bool
  }

  /// In the order of `CommitRequest.records`.
  package let records: [Entry]
  /// For each of `CommitRequest.content`: whether this commit brought it.
  package let contentCreated: [Bool]
}

/// Why a well-formed commit was not stored. Nothing of it was.
package enum CommitRejection: Sendable {
  case unresolved([Unresolved])
  case conflicting([Conflict])
  case unfit([Misfit])
  /// Content that rode along was destroyed by an erasure, which a commit does not undo.
  case erased([Digest])

  /// A reference to something that is not there, or not the writer's to see: the same answer.
  package struct Unresolved: Sendable {
    /// Digest of the record that holds the reference.
    package let record: Digest
    /// JSON Pointer inside that record.
    package let member: String
    package let target: Digest
  }

  package struct Conflict: Sendable {
    package let record: Digest
    /// `execution_id_taken`, `rank_taken`, `sample_taken` or `previous_mismatch`.
    package let reason: String
    /// The record that stands in the way; nil where a chain is still empty.
    package let current: Digest?
  }

  /// A reference to a record of the wrong kind, or with the wrong content.
  package struct Misfit: Sendable {
    package let record: Digest
    package let member: String
    package let message: String
  }
}

extension CommitRejection {
  /// A member of a record of the commit.
  package struct Place: Sendable {
    package let record: Digest
    package let member: String

    package init(_ record: Digest, _ member: String) {
      self.record = record
      self.member = member
    }
  }
}
