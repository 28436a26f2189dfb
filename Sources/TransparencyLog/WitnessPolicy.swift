/// Which logs are believed, and whose cosignatures a checkpoint needs (C2SP tlog-policy).
package struct WitnessPolicy: Hashable, Sendable {
  /// A log that is believed.
  package struct Log: Hashable, Sendable {
    /// Its name is the origin of the log's checkpoints.
    package let key: VerifierKey

    /// Where to reach it; what that means is the reader's affair.
    package let url: String?
  }

  /// A witness that counts.
  package struct Witness: Hashable, Sendable {
    /// What the policy's other lines call it.
    package let name: String

    package let key: VerifierKey

    /// Where it takes checkpoints.
    package let url: String?
  }

  /// Something that may or may not have witnessed a checkpoint.
  enum Member: Hashable, Sendable {
    /// By place in `witnesses`.
    case witness(Int)

    /// By place in `groups`.
    case group(Int)
  }

  /// Witnesses a checkpoint when at least `threshold` of its members do.
  struct Group: Hashable, Sendable {
    let threshold: Int
    let members: [Member]
  }

  /// In the order of their lines; may be empty, where the reader knows the log otherwise.
  package internal(set) var logs: [Log] = []

  /// In the order of their lines.
  package internal(set) var witnesses: [Witness] = []

  /// Each one's members stand before it.
  var groups: [Group] = []

  /// Who must have witnessed a checkpoint; nil for nobody.
  var quorum: Member?

  /// Checks a checkpoint: one of the logs, where any is named, has signed it as its own, and the
  /// quorum has cosigned it.
  ///
  /// Throws `.badSignature` for a known key's signature that is wrong, `.unsigned` where no log
  /// signed, `.wrongOrigin` where one signed another's checkpoint, `.noQuorum`, and `.malformed` for
  /// what is not a checkpoint.
  package func check(_ note: SignedNote) throws(LogError) -> Checkpoint {
    let signers = try note.signers(among: logs.map(\.key) + witnesses.map(\.key))
    let checkpoint = try Checkpoint(parsing: note.text)
    if !logs.isEmpty {
      let logSigners = signers.filter { $0.kind == .log }
      guard !logSigners.isEmpty else {
        throw LogError(code: .unsigned, message: "no log of the policy signed the checkpoint")
      }
      guard logSigners.contains(where: { $0.exactName == checkpoint.exactOrigin }) else {
        throw LogError(
          code: .wrongOrigin,
          message: "the checkpoint is of \(checkpoint.origin.debugDescription), not of its signer")
      }
    }
    guard hasQuorum(signers) else {
      throw LogError(code: .noQuorum, message: "too few witnesses cosigned the checkpoint")
    }
    return checkpoint
  }

  /// Whether `check` has nothing against it.
  package func isSatisfied(by note: SignedNote) -> Bool { (try? check(note)) != nil }

  private func hasQuorum(_ signers: [VerifierKey]) -> Bool {
    guard let quorum else { return true }
    let cosigned = witnesses.map { signers.contains($0.key) }
    var witnessed: [Bool] = []
    func has(_ member: Member) -> Bool {
      switch member {
      case .witness(let place): cosigned[place]
      case .group(let place): witnessed[place]
      }
    }
    for group in groups { witnessed.append(group.members.count(where: has) >= group.threshold) }
    return has(quorum)
  }
}
