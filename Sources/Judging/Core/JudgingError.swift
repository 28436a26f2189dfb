/// Why two outputs cannot be judged at all: a wrong call or a malformed declaration, never a verdict.
package struct JudgingError: Error, Sendable {
  package let code: Code
  /// One sentence for people.
  package let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package enum Code: String, Sendable {
    /// A declaration or a contract that says something this version does not understand.
    case declaration
    /// A summary that this version cannot read, or that is not one.
    case summary
    /// Blocks that do not fit the shape that was announced.
    case blocks
  }
}

extension JudgingError: Equatable {
  package static func == (a: JudgingError, b: JudgingError) -> Bool { a.code == b.code }
}

extension JudgingError: CustomStringConvertible {
  package var description: String { message }
}
