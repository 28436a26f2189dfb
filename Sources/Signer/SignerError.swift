/// Why the signer did not do what it was asked. Equality is on `code` alone.
///
/// A refusal (`behind`, `diverged`, `foreign`, `notPrepared`) changes nothing, and asking again gives
/// it again: the database and the signer disagree, and a person must look.
package struct SignerError: Error, Sendable, Equatable {
  package struct Code: Hashable, Sendable {
    package let name: String

    /// The database's log is smaller than what was signed: a restore, or a stale failover.
    package static let behind = Code(name: "behind")
    /// At this size the database's log is another tree than the signer was told of.
    package static let diverged = Code(name: "diverged")
    /// The database's log is larger than anything that the signer was told of: records came in by
    /// another door.
    package static let foreign = Code(name: "foreign")
    /// Asked to sign a head that was not prepared, or one signed so long ago that it is forgotten.
    package static let notPrepared = Code(name: "not_prepared")
    /// A write failed, so it is not known what is durable. Everything is refused until a new start
    /// has read the state back.
    package static let stopped = Code(name: "stopped")
    /// The kept state does not check: it was damaged, and nothing can be signed with it.
    package static let corrupt = Code(name: "corrupt")
    /// Another signer runs on this state.
    package static let locked = Code(name: "locked")
    /// There is no signer's state in the folder.
    package static let noState = Code(name: "no_state")
    /// There is one already, where a new one should be made.
    package static let stateExists = Code(name: "state_exists")
    /// The signer, or its folder, cannot be reached. Whether a call took effect is not known; the same
    /// call again settles it.
    package static let unavailable = Code(name: "unavailable")
  }

  package let code: Code
  /// For operators.
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package static func == (left: SignerError, right: SignerError) -> Bool { left.code == right.code }
}

extension SignerError: CustomStringConvertible {
  package var description: String { "\(code.name): \(message)" }
}
