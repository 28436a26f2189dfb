/// Why the private PostgreSQL cannot run; the message says what to do.
package struct EmbeddedError: Error, Sendable, CustomStringConvertible {
  package let message: String

  package var description: String { message }

  package init(_ message: String) { self.message = message }
}
