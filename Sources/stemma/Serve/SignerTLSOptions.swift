import ArgumentParser
import SignerService

/// What a server shows to a signer that listens on a network, and by what it knows it.
struct SignerTLSOptions: ParsableArguments {
  @Option(help: "PEM file of the certificates to show to an https signer, this server's own first.")
  var signerCert: String?

  @Option(help: "PEM file of that certificate's private key.")
  var signerKey: String?

  @Option(help: "PEM file of the authority that the signer's certificate must come from.")
  var signerCa: String?

  var isGiven: Bool { signerCert != nil && signerKey != nil && signerCa != nil }

  func validate() throws {
    let count = [signerCert, signerKey, signerCa].count { $0 != nil }
    guard count == 0 || count == 3 else {
      throw ValidationError("--signer-cert, --signer-key and --signer-ca go together")
    }
  }

  func read() throws -> SignerTLS? {
    guard let signerCert, let signerKey, let signerCa else { return nil }
    do {
      return try SignerTLS(certificate: signerCert, key: signerKey, authority: signerCa)
    } catch {
      throw CommandFailure.usage("the signer's certificates cannot be used: \(error)")
    }
  }
}
