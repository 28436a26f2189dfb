internal import StemmaCrypto

/// What an audit saw, and what it found.
package struct AuditReport: Sendable {
  /// Which log.
  package internal(set) var origin: String
  /// Entries under the checkpoint; nil where none was believed.
  package internal(set) var size: Int64?
  /// Entries below this one were checked by an earlier run.
  package internal(set) var from: Int64 = 0
  /// Entries that this run checked.
  package internal(set) var records: Int64 = 0
  /// Of those: their body was erased.
  package internal(set) var erased: Int64 = 0
  /// Of those: their nonce was destroyed too, so that nobody can check their statement.
  package internal(set) var unopenable: Int64 = 0
  /// Bytes of openings.
  package internal(set) var bytes = 0
  /// What was seen of content; nil where the audit did not look at it.
  package var content: ContentCount?
  package internal(set) var findings: Findings
  /// Two signed notes that cannot both be true: the one kept, the one shown now. For others to see.
  package internal(set) var conflict: (kept: [UInt8], shown: [UInt8])?

  package var isGood: Bool { findings.isEmpty }

  /// Adds what another check found.
  package mutating func add(_ more: [Finding]) {
    for finding in more { findings.add(finding) }
  }

  init(origin: String, findings: Findings) {
    self.origin = origin
    self.findings = findings
  }
}

/// How much content an audit looked at.
package struct ContentCount: Sendable {
  /// Contents whose bytes were held against their digest.
  package var checked: Int64 = 0
  package var bytes: Int64 = 0
  /// Contents that were destroyed, and an erasure of the log says so.
  package var erased: Int64 = 0
  /// Contents that records name and that are not here.
  package var absent: Int64 = 0

  package init() {}
}
