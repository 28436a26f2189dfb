import ArgumentParser
import Store
import TransparencyLog

/// Which witnesses a server asks, and what it does without them.
struct WitnessOptions: ParsableArguments {
  @Option(
    help: """
      C2SP tlog-policy file: each of its witnesses is asked, at its URL, to cosign every checkpoint before \
      it is published.
      """)
  var witnessPolicy: String?

  @Option(
    help: """
      Where the policy's quorum did not cosign: publish gives out what there is, hold answers 503 and \
      shows readers nothing until it did. Default publish.
      """)
  var withoutQuorum: WitnessedSigner.Shortfall?

  func validate() throws {
    guard withoutQuorum == nil || witnessPolicy != nil else {
      throw ValidationError("--without-quorum goes with --witness-policy")
    }
  }

  func read() throws -> WitnessSettings? {
    guard let witnessPolicy else { return nil }
    let text = try LocalFile.read(witnessPolicy, limit: 1 << 20)
    do throws(LogError) {
      return try WitnessSettings(
        WitnessPolicy(parsing: text), shortfall: withoutQuorum ?? .publish)
    } catch {
      throw CommandFailure.usage("\(witnessPolicy): \(error.message)")
    }
  }
}

extension WitnessedSigner.Shortfall: ExpressibleByArgument {}
