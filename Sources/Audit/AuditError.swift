/// Why an audit could not be made, or not go on. What it *finds* is never an error: see `Finding`.
/// Equal when the code is equal.
package struct AuditError: Error, Sendable {
  package struct Code: Hashable, Sendable {
    package let name: String

    /// The source does not answer, or not now. Nothing is known, good or bad.
    package static let unavailable = Code(name: "unavailable")

    /// What the auditor was told to use cannot be used: a folder, a key.
    package static let usage = Code(name: "usage")

    /// The auditor's own state cannot be read, written or believed.
    package static let state = Code(name: "state")
  }

  package let code: Code

  /// For people.
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}

extension AuditError: Equatable {
  package static func == (left: AuditError, right: AuditError) -> Bool { left.code == right.code }
}

extension AuditError: CustomStringConvertible {
  package var description: String { message }
}
