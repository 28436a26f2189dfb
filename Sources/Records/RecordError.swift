/// One thing that is wrong with a record.
package struct RecordError: Error, Sendable, Hashable {
  /// JSON Pointer (RFC 6901) inside the record; empty for the record itself.
  package let pointer: String
  /// One sentence for people, without the pointer.
  package let message: String

  package init(pointer: String, message: String) {
    self.pointer = pointer
    self.message = message
  }
}

/// What is wrong with a record: the first `limit` problems, in the order of the canonical form. Never
/// empty when thrown.
package struct RecordErrors: Error, Sendable, Equatable {
  package static let limit = 20
  package private(set) var errors: [RecordError]

  package init(_ errors: [RecordError]) { self.errors = errors }

  init(pointer: String, _ message: String) {
    self.init([RecordError(pointer: pointer, message: message)])
  }

  var isFull: Bool { errors.count >= Self.limit }

  mutating func add(_ error: RecordError) {
    if !isFull { errors.append(error) }
  }
}
