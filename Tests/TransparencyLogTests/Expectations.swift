import Testing
import TransparencyLog

/// Expects that `body` throws a `LogError` of this code.
func expectRefused<Value>(
  _ code: LogError.Code, _ comment: String = "",
  sourceLocation: SourceLocation = #_sourceLocation, by body: () throws -> Value
) {
  #expect(throws: LogError(code: code, message: ""), "\(comment)", sourceLocation: sourceLocation) {
    _ = try body()
  }
}

/// The bytes of some text.
func utf8(_ text: String) -> [UInt8] { Array(text.utf8) }

/// Collects what should have been refused with `.badProof` and was not.
///
/// An expectation for each of a million attempts would take minutes, and so would an error that is
/// not of a concrete type: swift-testing takes a backtrace of each one.
struct Forgeries {
  private(set) var accepted: [String] = []

  mutating func attempt(
    _ name: @autoclosure () -> String, by check: () throws(LogError) -> Void
  ) {
    do throws(LogError) {
      try check()
      accepted.append(name())
    } catch {
      if error.code != .badProof { accepted.append("\(name()): \(error)") }
    }
  }
}
