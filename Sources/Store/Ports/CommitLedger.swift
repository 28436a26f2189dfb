package import Records
package import StemmaCrypto
package import TransparencyLog

/// The one writer's port: a transaction that holds the head of the log.
///
/// Durability: on return, what `decide` planned last is committed durably (and, where the server is set
/// up so, on its synchronous standby). Consistency: what is committed was decided on every commit that came
/// before, on this or any other server, and on nothing else. Nothing is retried here: `.outcomeUnknown` is settled by committing the
/// same requests again, `.raced` by the caller's trying again, `.unavailable` means that nothing was
/// stored.
package protocol CommitLedger: Sendable {
  /// Locks the head, answers `questions`, calls `decide`, writes what it returns and commits.
  ///
  /// `vouch` is awaited, with the head still locked, before the commit; what it throws is thrown, and
  /// then nothing is stored. It is called once, with the plan that will be committed.
  ///
  /// The next batch may be appended meanwhile, from then on: it comes after this one, and may be decided already
  /// on what this one will bring. Where it comes otherwise, because this one fails or another server is
  /// quicker, it is decided again.
  func append(
    _ questions: BatchQuestions,
    decide: @escaping @Sendable (BatchFacts) -> BatchPlan,
    vouch: @escaping @Sendable (BatchPlan) async throws(StoreError) -> Void
  ) async throws(StoreError) -> BatchPlan

  /// Lets readers see what `checkpoint` covers. Never goes back: a smaller one changes nothing, and of
  /// one size the note with more signatures stays. Durable on return, as what it covers will be
  /// acknowledged and must then be readable, whatever happens.
  /// May be called while another batch is under way.
  func publish(_ checkpoint: SignedCheckpoint) async throws(StoreError)
}

/// What a batch needs to know, each thing once.
package struct BatchQuestions: Sendable {
  package var namespaces: [Namespace] = []
  /// Digests of records: the batch's own (do they exist?) and what they refer to.
  package var records: [Scoped<Digest>] = []
  package var claims: [Scoped<Digest>] = []
  package var chains: [Scoped<EventChain>] = []
  package var content: [Scoped<Digest>] = []

  package init() {}
}

/// A thing in a namespace. Everything is keyed so: nobody learns what another namespace holds.
package struct Scoped<Value: Hashable & Sendable>: Hashable, Sendable {
  package let namespace: Namespace
  package let value: Value

  package init(_ namespace: Namespace, _ value: Value) {
    self.namespace = namespace
    self.value = value
  }
}

/// One chain of events: all moves of a name, all retractions or labels of a subject.
package struct EventChain: Hashable, Sendable {
  package let kind: Kind
  /// UTF-8 of the name, or the 32 bytes of the subject's digest.
  package let subject: [UInt8]

  package init(kind: Kind, subject: [UInt8]) {
    self.kind = kind
    self.subject = subject
  }
}

/// The answers, as they are when the head is locked for the batch.
package struct BatchFacts: Sendable {
  package struct Known: Sendable, Equatable {
    package let index: Int64
    package let kind: Kind
    package let content: Digest?

    package init(index: Int64, kind: Kind, content: Digest?) {
      self.index = index
      self.kind = kind
      self.content = content
    }
  }

  /// The last event of a chain, or the record that holds a claim.
  package struct Holder: Sendable, Equatable {
    package let index: Int64
    package let digest: Digest

    package init(index: Int64, digest: Digest) {
      self.index = index
      self.digest = digest
    }
  }

  /// The log's right edge; its size is the next index.
  package private(set) var edge: TileEdge
  package var nextIndex: Int64
  package var lastCommittedAt: Timestamp?
  package var records: [Scoped<Digest>: Known] = [:]
  package var claims: [Scoped<Digest>: Holder] = [:]
  package var chains: [Scoped<EventChain>: Holder] = [:]
  package var content: Set<Scoped<Digest>> = []
  /// Content that was destroyed and is not taken again.
  package var erasedContent: Set<Scoped<Digest>> = []

  package init(edge: TileEdge, lastCommittedAt: Timestamp?) {
    self.edge = edge
    nextIndex = edge.size
    self.lastCommittedAt = lastCommittedAt
  }

  /// Adds what `plan`, which destroys nothing, brings: the facts as the batch after it finds them. The plan
  /// may be written already, and seen in part.
  package mutating func add(_ plan: BatchPlan) {
    precondition(plan.destructions.isEmpty, "what a batch destroys is looked up")
    edge = plan.log.edge
    nextIndex = edge.size
    lastCommittedAt = plan.committedAt
    for new in plan.records {
      records[Scoped(new.namespace, new.record.digest)] = .init(
        index: new.index, kind: new.record.kind, content: new.record.content?.digest)
    }
    func holder(_ index: Int64) -> Holder {
      .init(
        index: index, digest: plan.records[Int(index - plan.log.sizeBefore)].record.digest)
    }
    for new in plan.claims { claims[new.claim] = holder(new.index) }
    for new in plan.events { chains[new.chain] = holder(new.index) }
    content.formUnion(plan.content.map(\.key))
  }
}

/// What to write, and what to answer each request of the batch.
package struct BatchPlan: Sendable {
  package struct NewRecord: Sendable {
    package let index: Int64
    package let namespace: Namespace
    package let principal: String
    package let record: Record
    /// Indices of `record.references`, in their order.
    package let targets: [Int64]
  }

  package struct NewClaim: Sendable {
    package let claim: Scoped<Digest>
    package let index: Int64
  }

  package struct NewEvent: Sendable {
    package let chain: Scoped<EventChain>
    package let index: Int64
    /// Index of the preceding event; -1 for the first.
    package let previous: Int64
  }

  package struct NewDestruction: Sendable {
    package let namespace: Namespace
    package let target: Destruction.Target
    /// Index of the subject.
    package let subject: Int64
    /// Content or manifest of the subject.
    package let content: Digest?
    /// Index of the erasure record.
    package let erasure: Int64

    package var withNonce: Bool {
      if case .body(_, let withNonce) = target { withNonce } else { false }
    }

    /// Whether both are of one body, or of one content, which more records than one can name.
    func destroysSame(as other: Self) -> Bool {
      switch (target, other.target) {
      case (.body, .body): subject == other.subject
      case (.content, .content): namespace == other.namespace && content == other.content
      default: false
      }
    }
  }

  package let committedAt: Timestamp
  package let log: LogExtension
  package let records: [NewRecord]
  package let claims: [NewClaim]
  package let events: [NewEvent]
  package let content: [(key: Scoped<Digest>, bytes: [UInt8])]
  package let destructions: [NewDestruction]
  /// One outcome for each request, in order.
  package let outcomes: [CommitOutcome]
}
