package import Records
package import StemmaCrypto
package import TransparencyLog

/// Checks a bundle, the lineage of a record with its proofs, without asking anybody. Line by line, so that memory holds
/// what is said of records and never their bytes or contents.
///
/// Nothing that the bundle says of itself is believed: what a record rests on is taken from its statement, which the
/// log's checkpoint covers, and has to be there too.
package struct BundleCheck: ~Copyable {
  /// What later lines, and the end, are held against.
  private struct Fact {
    let digest: Digest
    let isUnopenable: Bool
    let derivations: [Int64]
  }

  /// A record as the bundle has it, for whoever wants to walk them.
  package struct BundledRecord: Sendable {
    package let index: Int64
    package let statement: EntryStatement
    /// Canonical bytes; nil where they were erased.
    package let body: [UInt8]?
    /// Digest of its content or manifest.
    package let content: Digest?
    /// The name that it moves, and to what.
    package let move: (name: [UInt8], target: Digest)?
    /// Its nonce was destroyed: what it says and rests on is as the bundle has it, and nobody can check that.
    package let isUnopenable: Bool
  }

  package private(set) var report: BundleReport

  private let key: VerifierKey?
  private let policy: WitnessPolicy?
  private var checkpoint: Checkpoint?
  private var facts: [Int64: Fact] = [:]
  private var newest: Int64 = -1
  /// References out of records, by target: the target's statement must name the same digest.
  private var named: [Int64: [(from: Int64, digest: Digest)]] = [:]
  /// Erased records, by the erasure that each names and that must be there.
  private var erased: [Int64: [Int64]] = [:]
  private var contents: BundledContents
  private var hasEnded = false
  private var isUnreadable = false

  /// - Parameters:
  ///   - key: of the log; nil: nobody says who signed the checkpoint, and all proofs are held against it as it is.
  ///   - policy: who else must have signed it.
  package init(key: VerifierKey?, policy: WitnessPolicy? = nil, findingLimit: Int = 100) {
    self.key = key
    self.policy = policy
    report = BundleReport(findings: Findings(limit: findingLimit))
    contents = BundledContents()
  }

  /// Takes a line, without its newline; the record in it, if it is one and can be read.
  package mutating func take(_ line: [UInt8]) -> BundledRecord? {
    guard !isUnreadable else { return nil }
    if hasEnded {
      report.findings.add(.log, "something follows the last line")
      isUnreadable = true
      return nil
    }
    do throws(Opening.Refusal) {
      let parsed = try BundleLine(parsing: line)
      if report.header == nil {
        guard case .header(let header) = parsed else {
          throw Opening.Refusal(index: nil, message: "not a bundle: its first line is no header")
        }
        take(header)
        return nil
      }
      switch parsed {
      case .header: throw Opening.Refusal(index: nil, message: "a second header")
      case .record(let opening, let proof): return take(opening, proof)
      case .content(let piece):
        if let problem = contents.take(piece) { report.findings.add(.log, problem) }
      case .end(let records, let contents):
        hasEnded = true
        if let problem = self.contents.close() { report.findings.add(.log, problem) }
        if records != report.records || contents != self.contents.count {
          report.findings.add(
            .log,
            "the last line says \(records) records and \(contents) contents, there are \(report.records) and \(self.contents.count)"
          )
        }
      }
    } catch {
      report.findings.add(error.index.map { .index($0) } ?? .log, error.message)
      // Without a header nothing else can be held against anything.
      isUnreadable = report.header == nil
    }
    return nil
  }

  /// What was found, once every line was taken.
  package consuming func finish() -> BundleReport {
    guard report.header != nil else {
      if report.isGood { report.findings.add(.log, "the bundle is empty") }
      return report
    }
    if !hasEnded { report.findings.add(.log, "the bundle was cut off: its last line is missing") }
    checkReferences()
    (report.contents, report.contentBytes, report.contentsAbsent) = contents.counts
    for problem in contents.problems { report.findings.add(.log, problem) }
    return report
  }

  private mutating func take(_ header: BundleHeader) {
    report.header = header
    do throws(LogError) {
      if let key {
        checkpoint = try Checkpoint(opening: header.checkpoint, origin: key.name, key: key)
      } else {
        checkpoint = try Checkpoint(parsing: header.checkpoint.text)
      }
      if let policy { _ = try policy.check(header.checkpoint) }
    } catch {
      report.findings.add(.log, "the checkpoint is not believed: \(error.message)")
    }
    if let checkpoint, !(0..<checkpoint.size).contains(header.at) {
      report.findings.add(
        .log, "it is of index \(header.at), and the checkpoint covers \(checkpoint.size) entries")
    }
    report.size = checkpoint?.size
    report.origin = checkpoint?.origin
  }

  private mutating func take(_ opening: Opening, _ proof: BundleLine.Proof) -> BundledRecord {
    let place = Finding.Place.index(opening.index)
    if opening.index <= newest {
      report.findings.add(place, "records do not stand in the order of their indices, or one twice")
    }
    newest = max(newest, opening.index)
    // Bodies can have been destroyed after the snapshot: what says so stands behind it.
    if let header = report.header, opening.index > header.at, opening.statement.kind != .erasure {
      report.findings.add(place, "it is newer than the bundle says that it is")
    }
    let entry = opening.commitment?.bytes ?? proof.entry ?? []
    if let checkpoint {
      do throws(LogError) {
        try checkInclusion(
          proof.hashes, of: TreeHash.leaf(entry), index: opening.index, size: checkpoint.size,
          root: checkpoint.root)
      } catch {
        report.findings.add(place, "it is not shown to be in the log: \(error.message)")
      }
    }
    for problem in EntryCheck.problems(of: opening, entry: entry) {
      report.findings.add(place, problem)
    }
    note(opening)
    return BundledRecord(
      index: opening.index, statement: opening.statement, body: opening.record?.canonical,
      content: opening.record?.content?.digest,
      move: opening.record.flatMap(Self.move), isUnopenable: opening.nonce == nil)
  }

  private static func move(_ record: Record) -> (name: [UInt8], target: Digest)? {
    guard record.kind == .name, let name = record.event?.subject,
      let target = record.references.first(where: { $0.member == "/target" })?.target
    else { return nil }
    return (name, target)
  }

  private mutating func note(_ opening: Opening) {
    report.records += 1
    if opening.record == nil { report.erased += 1 }
    if opening.nonce == nil { report.unopenable += 1 }
    let statement = opening.statement
    if let erasure = opening.erasedBy { erased[erasure, default: []].append(opening.index) }
    if statement.kind == .erasure { checkErased(by: opening) }
    facts[opening.index] = Fact(
      digest: statement.digest, isUnopenable: opening.nonce == nil,
      derivations: statement.references.filter {
        ReferenceMember(of: statement.kind, pointer: $0.member)?.isDerivation == true
      }.map(\.target))
    guard let record = opening.record else { return }
    for (reference, said) in zip(record.references, statement.references) {
      named[said.target, default: []].append((opening.index, reference.target))
    }
    if let content = record.content { contents.expect(content) }
  }

  /// Those that are said to be erased by it are. Without that, anybody could put a statement without a nonce, which
  /// nobody can check, in the place of a record.
  private mutating func checkErased(by erasure: Opening) {
    let subject = erasure.statement.references.first { $0.member == "/subject" }?.target
    for index in erased.removeValue(forKey: erasure.index) ?? [] {
      let isDone: Bool
      switch erasure.erases {
      case .body: isDone = facts[index]?.isUnopenable == false
      case .bodyAndNonce: isDone = true
      case nil: isDone = false
      }
      if index != subject || erasure.nonce == nil || !isDone {
        report.findings.add(
          .index(index), "it is said to be erased by \(erasure.index), which does not erase it so")
      }
    }
  }

  /// Everything that a record rests on is there, and is what the record names; and so is what destroyed it.
  private mutating func checkReferences() {
    for (index, fact) in facts.sorted(by: { $0.key < $1.key }) {
      for target in fact.derivations where facts[target] == nil {
        report.findings.add(
          .index(index), "it rests on index \(target), which is not in the bundle")
      }
      for (from, digest) in named[index] ?? [] where digest != fact.digest {
        report.findings.add(
          .index(from),
          "it names \(digest), and index \(index) that it resolves to is \(fact.digest)")
      }
    }
    for (erasure, subjects) in erased.sorted(by: { $0.key < $1.key }) {
      for index in subjects {
        report.findings.add(
          .index(index), "it is said to be erased by \(erasure), which is not in the bundle")
      }
    }
    guard let header = report.header else { return }
    if !facts.values.contains(where: { $0.digest == header.root && !$0.isUnopenable }) {
      report.findings.add(
        .log, "the record that it is the lineage of, \(header.root), is not in it")
    }
  }
}

/// What a bundle holds, and what is wrong with it.
package struct BundleReport: Sendable {
  package internal(set) var header: BundleHeader?
  /// Of the log, as the checkpoint has it; nil where that is not believed.
  package internal(set) var origin: String?
  package internal(set) var size: Int64?
  package internal(set) var records: Int64 = 0
  /// Of those: their body was erased.
  package internal(set) var erased: Int64 = 0
  /// Of those: their nonce was destroyed too, so that nobody can check their statement.
  package internal(set) var unopenable: Int64 = 0
  /// Contents whose bytes are in it.
  package internal(set) var contents: Int64 = 0
  package internal(set) var contentBytes: Int64 = 0
  /// Contents that records name and whose bytes are not in it.
  package internal(set) var contentsAbsent: Int64 = 0
  package internal(set) var findings: Findings

  package var isGood: Bool { findings.isEmpty }

  init(findings: Findings) { self.findings = findings }
}
