import ArgumentParser
import Signer
import SignerService
import StemmaCrypto
import TransparencyLog

struct SignerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "signer",
    abstract: "Run the log's signer as a process of its own.",
    discussion: """
      Run it as another user than the service and the database, on another machine where you can: then whoever \
      has the database still cannot sign a second history. The service finds it by serve --signer.

      On a Unix socket (0660) whoever may open the socket may ask. Over a network both sides show a \
      certificate of --client-ca's authority (TLS 1.3).

      The state folder holds the private key. Never bring it back from a backup, and never run it twice: a \
      signer that forgets what it signed can be made to sign it otherwise.
      """)

  @Option(help: "Folder of the signer's state: its key, and what it has signed.")
  var state: String

  @Option(help: "Unix socket to listen on.")
  var socket: String?

  @Option(help: "Address and port to listen on with TLS; port 0 takes a free one.")
  var listen: String?

  @Option(help: "PEM file of the certificates to show, the signer's own first.")
  var tlsCert: String?

  @Option(help: "PEM file of the certificate's private key.")
  var tlsKey: String?

  @Option(help: "PEM file of the authority that clients' certificates must come from.")
  var clientCa: String?

  @Flag(help: "Make the state of a new log first. Refused where there is one.")
  var create = false

  @Option(
    help: """
      With --create, the log's name: a URL without its scheme that is yours, like example.org/stemma. It \
      cannot be changed.
      """)
  var origin: String?

  @Flag(help: "Print the key that checkpoints are verified with (also in STATE/vkey).")
  var printVkey = false

  func validate() throws {
    guard create == (origin != nil) else {
      throw ValidationError("--create and --origin go together")
    }
    guard (socket != nil) != (listen != nil) else {
      throw ValidationError("give either --socket or --listen")
    }
    if let socket, SignerAddress("unix:\(socket)") == nil {
      throw ValidationError(
        "--socket is an absolute path of at most \(SignerAddress.maximumPath) bytes")
    }
    if let listen, ListenAddress(listen) == nil {
      throw ValidationError("--listen is ADDRESS:PORT, like 10.0.0.5:7401")
    }
    let files = [tlsCert, tlsKey, clientCa]
    guard files.allSatisfy({ ($0 != nil) == (listen != nil) }) else {
      throw ValidationError("--tls-cert, --tls-key and --client-ca go with --listen, all three")
    }
  }

  func run() async throws {
    let tls = try readTLS()
    do throws(SignerError) {
      if let origin {
        try FileSigner.create(in: state, origin: origin, seed: randomBytes(32))
      }
      let signer = try FileSigner(folder: state)
      if printVkey { Terminal.print(signer.verifierKey.description) }
      try await SignerRun(signer: signer, way: way(tls)).run()
    } catch {
      throw error.code == .stateExists
        ? CommandFailure.usage(error.message) : CommandFailure.unavailable("\(error)")
    }
  }

  private func readTLS() throws -> SignerTLS? {
    guard let tlsCert, let tlsKey, let clientCa else { return nil }
    do {
      return try SignerTLS(certificate: tlsCert, key: tlsKey, authority: clientCa)
    } catch {
      throw CommandFailure.usage("the certificates cannot be used: \(error)")
    }
  }

  private func way(_ tls: SignerTLS?) -> SignerRun.Way {
    if let tls, let listen, let address = ListenAddress(listen) { return .network(address, tls) }
    return .socket(socket ?? "")
  }
}
