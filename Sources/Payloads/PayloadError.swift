package import FileDigests
internal import Judging

/// Why a file cannot be read as an output. Equal when the code is equal.
package struct PayloadError: Error, Sendable {
  /// What went wrong, for programs.
  package enum Code: String, Sendable {
    /// The operating system would not open or read it.
    case unreadable
    /// Not a file of its format, or one that contradicts itself.
    case malformed
    /// A good file of a kind that is not read here.
    case unsupported
    /// A good file that does not hold what was declared.
    case mismatched
    /// More than may be held in memory, for an output that cannot be judged in one pass.
    case tooLarge = "too_large"
    /// It was altered while it was being read.
    case changed
  }

  /// Where in the file, if at one place.
  package enum Position: Sendable, Hashable {
    case byte(Int64)
    /// Counted from 1.
    case line(Int)
    /// Of a tensor, counted from 0.
    case row(Int)
  }

  package let code: Code
  /// The file, fit to be printed.
  package let path: String
  package let position: Position?
  /// What went wrong, for people; without path and position.
  package let message: String

  init(_ code: Code, _ path: String, at position: Position? = nil, _ message: String) {
    self.code = code
    self.path = path
    self.position = position
    self.message = message
  }

  package init(_ error: FileDigestError) {
    let code: Code =
      switch error.code {
      case .malformed: .malformed
      case .changed: .changed
      default: .unreadable
      }
    self.init(code, error.path, error.message)
  }

  /// What a judge refuses in the blocks or declarations that a file led to.
  init(_ error: JudgingError, _ path: String) {
    self.init(.mismatched, path, error.message)
  }
}

extension PayloadError: Equatable {
  package static func == (a: PayloadError, b: PayloadError) -> Bool { a.code == b.code }
}

extension PayloadError: CustomStringConvertible {
  package var description: String {
    switch position {
    case .byte(let offset): "\(path): byte \(offset): \(message)"
    case .line(let number): "\(path): line \(number): \(message)"
    case .row(let number): "\(path): row \(number): \(message)"
    case nil: "\(path): \(message)"
    }
  }
}

/// Runs what reads files by their lower layer.
func reading<Value>(
  _ body: () throws(FileDigestError) -> Value
) throws(PayloadError) -> Value {
  do throws(FileDigestError) { return try body() } catch { throw PayloadError(error) }
}

/// Runs what feeds a judge; `path` is the file that is to blame if it refuses.
func judging<Value>(
  _ path: String, _ body: () throws(JudgingError) -> Value
) throws(PayloadError) -> Value {
  do throws(JudgingError) { return try body() } catch { throw PayloadError(error, path) }
}
