import AsyncHTTPClient
import EmbeddedPostgres
import Logging
import Signer
import Store
import TransparencyLog

/// A policy that a server can go by: each of its witnesses can be asked.
struct WitnessSettings {
  private let policy: WitnessPolicy
  private let addresses: [WitnessAddress]
  private let shortfall: WitnessedSigner.Shortfall

  /// Throws `.malformed` for a policy without witnesses, and for one that is nowhere or nowhere safe.
  init(_ policy: WitnessPolicy, shortfall: WitnessedSigner.Shortfall) throws(LogError) {
    guard 1..<SignedNote.maximumSignatures ~= policy.witnesses.count else {
      throw LogError(
        code: .malformed,
        message: "\(policy.witnesses.count) witnesses; a checkpoint has room for 1 to 99")
    }
    var addresses: [WitnessAddress] = []
    for witness in policy.witnesses {
      guard let url = witness.url else {
        throw LogError(code: .malformed, message: "the witness \(witness.name) has no URL to ask")
      }
      guard let address = WitnessAddress(url) else {
        throw LogError(
          code: .malformed,
          message:
            "the witness \(witness.name) is not at an https URL, nor at an http one on this machine: \(url)"
        )
      }
      addresses.append(address)
    }
    self.policy = policy
    self.addresses = addresses
    self.shortfall = shortfall
  }

  /// The signer with these witnesses around it. Throws where the policy is for other logs; one that names
  /// none is for any.
  func signer(
    around signer: any HeadSigner, reader: any LogReader, client: HTTPClient, _ logger: Logger
  ) throws -> WitnessedSigner {
    let key = signer.verifierKey
    guard policy.logs.isEmpty || policy.logs.contains(where: { $0.key == key }) else {
      throw EmbeddedError("the witness policy is for other logs; this one is \(key)")
    }
    let timing = WitnessTiming()
    return WitnessedSigner(
      signer: signer, reader: reader, policy: policy,
      witnesses: addresses.map {
        HTTPWitness(client: client, address: $0, timeout: timing.deadline)
      }, shortfall: shortfall, timing: timing
    ) { event in Self.log(event, to: logger) }
  }

  private static func log(_ event: WitnessedSigner.Event, to logger: Logger) {
    switch event {
    case .failed(let witness, let reason):
      logger.warning(
        "a witness did not cosign", metadata: ["witness": "\(witness)", "reason": "\(reason)"])
    case .contradicted(let witness, let reason):
      logger.error(
        "a witness contradicts the log", metadata: ["witness": "\(witness)", "reason": "\(reason)"])
    case .quorum(true, let size):
      logger.info("the witnesses' quorum cosigned", metadata: ["size": "\(size)"])
    case .quorum(false, let size):
      logger.warning("too few witnesses cosigned", metadata: ["size": "\(size)"])
    }
  }
}
