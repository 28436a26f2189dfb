internal import Canonical
internal import Records
internal import StemmaCrypto

/// Checks of the records against each other, in the order of the log.
///
/// What is not sound in itself was reported already; nothing is held against it, so that one bad record
/// does not make a hundred findings.
struct RecordWalk: Sendable {
  private(set) var memory: RecordMemory
  /// Time of the last commit; empty before the first.
  private(set) var lastTime: String
  /// Subjects whose erasure record is still to come, by its index.
  private(set) var awaited: [Int64: [Int64]]
  /// Erasures whose subject still had what they destroy when it passed.
  private(set) var unfinished: [Unfinished]
  let imports: [String: Set<String>]

  struct Unfinished: Sendable, Hashable {
    let erasure: Int64
    let subject: Int64
    /// Whether the erasure is of the nonce too.
    let withNonce: Bool
  }

  init(
    memory: RecordMemory = RecordMemory(), lastTime: String = "", awaited: [Int64: [Int64]] = [:],
    unfinished: [Unfinished] = [], imports: [String: Set<String>] = [:]
  ) {
    self.memory = memory
    self.lastTime = lastTime
    self.awaited = awaited
    self.unfinished = unfinished
    self.imports = imports
  }

  /// Takes the next index; gives what is to be kept of it.
  mutating func take(_ entry: CheckedBlock.Entry, into findings: inout Findings) -> RecordFact? {
    guard let opening = entry.opening, entry.isSound, let leaf = entry.leaf else {
      memory.append(nil)
      awaited[entry.index] = nil
      return nil
    }
    let index = entry.index
    let statement = opening.statement
    if statement.committedAt.utf8.lexicographicallyPrecedes(lastTime.utf8) {
      findings.add(
        .index(index), "it was committed at \(statement.committedAt), the one before at \(lastTime)"
      )
    }
    lastTime = statement.committedAt
    let namespace = memory.number(of: statement.namespace)
    if let twin = memory.index(of: statement.digest, in: namespace) {
      findings.add(.index(index), "the namespace has the same record at \(twin)")
    }
    checkReferences(of: opening, namespace, into: &findings)
    let key = checkKey(of: opening, namespace, into: &findings)
    checkErasure(opening, namespace, into: &findings)
    let fact = RecordFact(
      leaf: leaf, digest: statement.digest, key: key ?? RecordFact.none, kind: statement.kind,
      namespace: namespace, isErased: opening.erasedBy != nil, isUnopenable: opening.nonce == nil)
    memory.append(fact)
    return fact
  }

  /// Takes a fact that an earlier run kept.
  mutating func remember(_ fact: RecordFact) { memory.append(fact) }

  // MARK: References

  private mutating func checkReferences(
    of opening: Opening, _ namespace: UInt32, into findings: inout Findings
  ) {
    let statement = opening.statement
    for (position, said) in statement.references.enumerated() {
      guard let target = memory.record(said.target) else { continue }
      let place = Finding.Place.index(opening.index)
      let written = opening.record?.references[position]
      if let written, written.target != target.digest {
        // Nobody can check what an entry without a nonce says of itself; this reference says otherwise.
        let isLiar = memory.isUnopenable(said.target)
        findings.add(
          isLiar ? .index(said.target) : place,
          "\(said.member) of \(opening.index) names \(written.target), \(said.target) is \(target.digest)"
        )
      }
      let kinds = written?.expects ?? statement.kind.targets(ofMember: said.member)
      if kinds?.contains(target.kind) != true {
        findings.add(
          place, "\(said.member) refers to \(said.target), which is of kind \(target.kind)")
      }
      guard target.namespace != namespace else { continue }
      let other = memory.namespaces[Int(target.namespace)]
      if imports[statement.namespace]?.contains(other) != true {
        findings.add(
          place,
          "\(said.member) refers to \(said.target) in \(other), which \(statement.namespace) does not import"
        )
      } else if let own = memory.index(of: target.digest, in: namespace) {
        findings.add(
          place, "\(said.member) refers to \(said.target) in \(other), its own copy is \(own)")
      }
    }
  }

  // MARK: Claims and chains

  /// What the record claims, or which chain it moves; nil for other kinds, and without its body.
  private func checkKey(
    of opening: Opening, _ namespace: UInt32, into findings: inout Findings
  ) -> Digest? {
    guard let record = opening.record else { return nil }
    if let claim = record.claims.first {
      let key = SHA256.digest(of: claim.claimBytes())
      if let holder = memory.index(ofKey: key, in: namespace) {
        findings.add(.index(opening.index), "\(claim.reason): \(holder) says the same already")
      }
      return key
    }
    guard let event = record.event else { return nil }
    let key = event.chainKey
    let end = memory.index(ofKey: key, in: namespace)
    // A link to what was found unsound is not judged.
    let previous = opening.statement.references.first { $0.member == "/previous" }
    if let previous, memory.record(previous.target) == nil { return key }
    if previous?.target != end {
      findings.add(
        .index(opening.index),
        "previous is \(previous.map { String($0.target) } ?? "missing"), its chain ends at \(end.map(String.init) ?? "nothing")"
      )
    }
    return key
  }

  // MARK: Erasures

  private mutating func checkErasure(
    _ opening: Opening, _ namespace: UInt32, into findings: inout Findings
  ) {
    if let erasure = opening.erasedBy { awaited[erasure, default: []].append(opening.index) }
    let subject = opening.erases.flatMap { _ in opening.statement.references.first?.target }
    let withNonce = opening.erases == .bodyAndNonce
    for erased in awaited.removeValue(forKey: opening.index) ?? [] {
      if erased != subject || memory.record(erased)?.namespace != namespace {
        findings.add(
          .index(erased), "it is said to be erased by \(opening.index), which does not erase it")
      } else if memory.isUnopenable(erased), !withNonce {
        findings.add(
          .index(erased),
          "its nonce is missing, \(opening.index) says that its body was destroyed alone")
      }
    }
    guard let subject, memory.record(subject) != nil else { return }
    if !memory.isErased(subject) || (withNonce && !memory.isUnopenable(subject)) {
      unfinished.append(
        Unfinished(erasure: opening.index, subject: subject, withNonce: withNonce))
    }
  }

  /// Erasures that lie beyond what was walked, once; the caller walks on to them or says so.
  var lastAwaited: Int64? { awaited.keys.max() }

  mutating func takeUnfinished() -> [Unfinished] {
    defer { unfinished = [] }
    return unfinished
  }
}

extension Event {
  /// What no other chain has: the digest of its kind and subject under a tag.
  fileprivate var chainKey: Digest {
    SHA256.digest(of: Array("stemma/chain/\(kind.name)\0".utf8) + subject)
  }
}
