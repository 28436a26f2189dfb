/// Why something that claims to come from a log was not believed. Equal when the code is equal.
package struct LogError: Error, Sendable {
  /// What went wrong, for programs.
  package struct Code: Hashable, Sendable {
    package let name: String

    /// Bytes that are not the format they should be, or not its one accepted spelling.
    package static let malformed = Code(name: "malformed")

    /// An index or a size that the tree in question does not have.
    package static let outOfRange = Code(name: "out_of_range")

    /// A tile that a proof needs was not given, or not with as many hashes as it has.
    package static let missingTile = Code(name: "missing_tile")

    /// A proof does not lead to the root that it should lead to.
    package static let badProof = Code(name: "bad_proof")

    /// A signature in the name of a known key that this key did not make.
    package static let badSignature = Code(name: "bad_signature")

    /// No signature by any of the keys that were asked for.
    package static let unsigned = Code(name: "unsigned")

    /// A checkpoint of another log.
    package static let wrongOrigin = Code(name: "wrong_origin")

    /// Fewer cosignatures than the policy asks for.
    package static let noQuorum = Code(name: "no_quorum")
  }

  package let code: Code

  /// What went wrong, for people.
  package let message: String

  package init(code: Code, message: String) {
    self.code = code
    self.message = message
  }

  static func malformed(_ message: String) -> LogError {
    LogError(code: .malformed, message: message)
  }
}

extension LogError: Equatable {
  package static func == (left: LogError, right: LogError) -> Bool { left.code == right.code }
}

extension LogError: CustomStringConvertible {
  package var description: String { "\(code.name): \(message)" }
}
