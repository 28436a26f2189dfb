import Records
import StemmaCrypto

/// Decides a batch: which commits are stored, at which indices, and why the others are not.
///
/// A value that knows no database. It is fed the facts that were read under the head's lock, takes the
/// requests one by one, and each sees what those before it in the same batch brought. A request that
/// is refused leaves no trace.
package struct BatchPlanner {
  private var facts: BatchFacts
  private var records: [BatchPlan.NewRecord] = []
  private var claims: [BatchPlan.NewClaim] = []
  private var events: [BatchPlan.NewEvent] = []
  private var content: [(key: Scoped<Digest>, bytes: [UInt8])] = []
  private var destructions: [BatchPlan.NewDestruction] = []
  private var outcomes: [CommitOutcome] = []

  private init(facts: BatchFacts) { self.facts = facts }

  /// - Parameter random: gives as many random bytes as it is asked for, fit for nonces.
  package static func plan(
    _ requests: [CommitRequest], facts: BatchFacts, now: Timestamp, random: (Int) -> [UInt8]
  ) -> BatchPlan {
    var planner = BatchPlanner(facts: facts)
    for request in requests { planner.take(request) }
    let committedAt = max(now, facts.lastCommittedAt ?? now)
    let log = LogExtension(
      of: planner.records, at: committedAt, on: facts.edge,
      nonces: random(planner.records.count * EntryStatement.nonceByteCount))
    return BatchPlan(
      committedAt: committedAt, log: log, records: planner.records, claims: planner.claims,
      events: planner.events, content: planner.content, destructions: planner.destructions,
      outcomes: planner.outcomes)
  }

  /// What has to be looked up before `requests` can be planned.
  package static func questions(for requests: [CommitRequest]) -> BatchQuestions {
    var namespaces = Set<Namespace>()
    var records: [Namespace: [Digest]] = [:]
    var claims: [Namespace: [Digest]] = [:]
    var chains = Set<Scoped<EventChain>>()
    var content: [Namespace: [Digest]] = [:]
    for request in requests {
      let namespace = request.namespace
      let targets = request.records.flatMap { $0.references.map(\.target) }
      records[namespace, default: []] += request.records.map(\.digest)
      for place in [namespace] + request.imports {
        namespaces.insert(place)
        records[place, default: []] += targets
      }
      for event in request.records.compactMap(\.event) {
        chains.insert(Scoped(namespace, event.chain))
      }
      claims[namespace, default: []] += request.claims.joined()
      content[namespace, default: []] += request.content.map(\.digest)
    }
    var questions = BatchQuestions()
    questions.namespaces = namespaces.sorted { $0.name < $1.name }
    questions.records = eachOnce(records)
    questions.claims = eachOnce(claims)
    questions.chains = Array(chains)
    questions.content = eachOnce(content)
    return questions
  }

  /// In one order: two servers that insert overlapping keys then take index locks in one order.
  private static func eachOnce(_ digests: [Namespace: [Digest]]) -> [Scoped<Digest>] {
    var keys: [Scoped<Digest>] = []
    for (namespace, digests) in digests.sorted(by: { $0.key.name < $1.key.name }) {
      keys.reserveCapacity(keys.count + digests.count)
      // Bare digests: sorting keys would count references to their namespaces.
      var previous: Digest?
      for digest in digests.sorted() where digest != previous {
        keys.append(Scoped(namespace, digest))
        previous = digest
      }
    }
    return keys
  }

  private mutating func take(_ request: CommitRequest) {
    let (outcome, changes) = CommitAttempt.run(request, facts: facts)
    outcomes.append(outcome)
    guard let changes else { return }
    facts.nextIndex = changes.nextIndex
    facts.records.merge(changes.records) { _, new in new }
    facts.claims.merge(changes.claims) { _, new in new }
    facts.chains.merge(changes.chains) { _, new in new }
    facts.content.formUnion(changes.content)
    records += changes.newRecords
    claims += changes.newClaims
    events += changes.newEvents
    content += changes.newContent
    for destruction in changes.newDestructions { take(destruction) }
    erase(changes.erasedContent)
  }

  /// Plans one for each thing, that which one erasure behind the other would leave: a statement that meets
  /// a row twice takes either. The first destroys, and a later one what that has left: the nonce.
  private mutating func take(_ destruction: BatchPlan.NewDestruction) {
    guard let known = destructions.firstIndex(where: { $0.destroysSame(as: destruction) }) else {
      return destructions.append(destruction)
    }
    if destruction.withNonce && !destructions[known].withNonce { destructions[known] = destruction }
  }

  /// What the batch itself brought is not even written.
  private mutating func erase(_ erased: Set<Scoped<Digest>>) {
    guard !erased.isEmpty else { return }
    facts.erasedContent.formUnion(erased)
    facts.content.subtract(erased)
    content.removeAll { erased.contains($0.key) }
  }
}
