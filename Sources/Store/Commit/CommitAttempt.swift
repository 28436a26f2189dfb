import Records
import StemmaCrypto

/// One request tried against the facts so far. What it would change is kept apart from them, so
/// that a refused request is thrown away whole and a taken one costs only what it brings.
struct CommitAttempt {
  /// What a taken request adds to the facts and to the plan.
  struct Changes {
    var records: [Scoped<Digest>: BatchFacts.Known] = [:]
    var claims: [Scoped<Digest>: BatchFacts.Holder] = [:]
    var chains: [Scoped<EventChain>: BatchFacts.Holder] = [:]
    var content: Set<Scoped<Digest>> = []
    var erasedContent: Set<Scoped<Digest>> = []
    var newRecords: [BatchPlan.NewRecord] = []
    var newClaims: [BatchPlan.NewClaim] = []
    var newEvents: [BatchPlan.NewEvent] = []
    var newContent: [(key: Scoped<Digest>, bytes: [UInt8])] = []
    var newDestructions: [BatchPlan.NewDestruction] = []
    var nextIndex: Int64
  }

  private let facts: BatchFacts
  private let request: CommitRequest
  private var changes: Changes
  private var entries: [CommitAnswer.Entry] = []
  private var contentCreated: [Bool] = []
  private var unresolved: [CommitRejection.Unresolved] = []
  private var conflicts: [CommitRejection.Conflict] = []
  private var misfits: [CommitRejection.Misfit] = []
  private var erased: [Digest] = []

  private init(facts: BatchFacts, request: CommitRequest) {
    self.facts = facts
    self.request = request
    changes = Changes(nextIndex: facts.nextIndex)
  }

  /// The outcome, and the changes where the request is taken. The gravest reason of a refusal is
  /// told, with every case of it: what does not fit at all, then what is missing, then what stands
  /// in the way.
  static func run(
    _ request: CommitRequest, facts: BatchFacts
  ) -> (outcome: CommitOutcome, changes: Changes?) {
    var attempt = CommitAttempt(facts: facts, request: request)
    attempt.entries.reserveCapacity(request.records.count)
    attempt.changes.records.reserveCapacity(request.records.count)
    for (record, claims) in zip(request.records, request.claims) {
      attempt.take(record, claims: claims)
    }
    for item in request.content { attempt.take(item) }
    if let destruction = request.destruction { attempt.take(destruction) }
    if let rejection = attempt.rejection { return (.rejected(rejection), nil) }
    let answer = CommitAnswer(records: attempt.entries, contentCreated: attempt.contentCreated)
    return (.stored(answer), attempt.changes)
  }

  private var rejection: CommitRejection? {
    if !misfits.isEmpty { return .unfit(misfits) }
    if !unresolved.isEmpty { return .unresolved(unresolved) }
    if !conflicts.isEmpty { return .conflicting(conflicts) }
    if !erased.isEmpty { return .erased(erased) }
    return nil
  }

  private func known(_ key: Scoped<Digest>) -> BatchFacts.Known? {
    changes.records[key] ?? facts.records[key]
  }

  /// A record that the writer may refer to: in its own namespace first, then in the imported ones.
  private func visible(_ digest: Digest) -> BatchFacts.Known? {
    for place in [request.namespace] + request.imports {
      if let found = known(Scoped(place, digest)) { return found }
    }
    return nil
  }

  private mutating func take(_ record: Record, claims: [Digest]) {
    let key = Scoped(request.namespace, record.digest)
    if let known = known(key) {
      entries.append(.init(digest: record.digest, index: known.index, created: false))
      return
    }
    guard let targets = resolve(record) else {
      // Known as coming, so that what refers to it is not reported as missing too.
      remember(record, key: key, index: -1)
      return
    }
    let index = changes.nextIndex
    claim(claims, of: record, at: index)
    chain(record, at: index)
    changes.nextIndex += 1
    remember(record, key: key, index: index)
    entries.append(.init(digest: record.digest, index: index, created: true))
    changes.newRecords.append(
      .init(
        index: index, namespace: request.namespace, principal: request.principal, record: record,
        targets: targets))
  }

  private mutating func remember(_ record: Record, key: Scoped<Digest>, index: Int64) {
    changes.records[key] = .init(index: index, kind: record.kind, content: record.content?.digest)
  }

  /// Indices of everything that `record` refers to; nil where something is missing or unfit.
  private mutating func resolve(_ record: Record) -> [Int64]? {
    var targets: [Int64] = []
    targets.reserveCapacity(record.references.count)
    var complete = true
    for reference in record.references {
      guard let target = visible(reference.target) else {
        unresolved.append(
          .init(record: record.digest, member: reference.member, target: reference.target))
        complete = false
        continue
      }
      if let message = misfit(of: target, for: reference, in: record) {
        misfits.append(.init(record: record.digest, member: reference.member, message: message))
        complete = false
      }
      targets.append(target.index)
    }
    return complete ? targets : nil
  }

  private func misfit(
    of target: BatchFacts.Known, for reference: Reference, in record: Record
  ) -> String? {
    guard reference.expects.contains(target.kind) else {
      let allowed = Kind.allCases.filter(reference.expects.contains).map(\.name)
      return
        "refers to a record of kind \(target.kind.name); allowed: \(allowed.joined(separator: ", "))"
    }
    // A model version that says it is an output must be that output, byte for byte.
    if record.kind == .model, reference.member == "/promotedFrom",
      record.content?.digest != target.content
    {
      return "the model's content is not the content of the output that it is promoted from"
    }
    return nil
  }

  private mutating func claim(_ digests: [Digest], of record: Record, at index: Int64) {
    for (claim, digest) in zip(record.claims, digests) {
      let key = Scoped(request.namespace, digest)
      if let holder = changes.claims[key] ?? facts.claims[key] {
        conflicts.append(
          .init(record: record.digest, reason: claim.reason, current: holder.digest))
        continue
      }
      changes.claims[key] = .init(index: index, digest: record.digest)
      changes.newClaims.append(.init(claim: key, index: index))
    }
  }

  private mutating func chain(_ record: Record, at index: Int64) {
    guard let event = record.event else { return }
    let key = Scoped(request.namespace, event.chain)
    let current = changes.chains[key] ?? facts.chains[key]
    guard current?.digest == event.previous else {
      conflicts.append(
        .init(record: record.digest, reason: "previous_mismatch", current: current?.digest))
      return
    }
    changes.chains[key] = .init(index: index, digest: record.digest)
    changes.newEvents.append(.init(chain: key, index: index, previous: current?.index ?? -1))
  }

  private mutating func take(_ item: SmallContent) {
    let key = Scoped(request.namespace, item.digest)
    guard !facts.erasedContent.contains(key) else { return erased.append(item.digest) }
    let created = !facts.content.contains(key) && changes.content.insert(key).inserted
    contentCreated.append(created)
    if created { changes.newContent.append((key, item.bytes)) }
  }

  /// Again where the erasure is known already: a retry finds nothing left to destroy.
  private mutating func take(_ destruction: Destruction) {
    guard let erasure = entries.first, let record = request.records.first,
      let subject = known(Scoped(request.namespace, destruction.subject))
    else { return }
    if case .content = destruction.target {
      guard let content = subject.content else {
        return misfits.append(
          .init(record: record.digest, member: "/subject", message: "names no content to destroy"))
      }
      changes.erasedContent.insert(Scoped(request.namespace, content))
    }
    changes.newDestructions.append(
      .init(
        namespace: request.namespace, target: destruction.target, subject: subject.index,
        content: subject.content, erasure: erasure.index))
  }
}

extension Claim {
  /// The claim as the store keys it: SHA-256 over its injective bytes.
  var digest: Digest { SHA256.digest(of: claimBytes()) }
}

extension Event {
  var chain: EventChain { EventChain(kind: kind, subject: subject) }
}
