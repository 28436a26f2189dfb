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
