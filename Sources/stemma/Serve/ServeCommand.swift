import ArgumentParser
import EmbeddedPostgres
import SignerService

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Run the service.",
    discussion: """
      Without --database, a private PostgreSQL is made and run inside --data-dir (Unix socket only). The first \
      start writes DIR/admin.key (0600). Every start writes DIR/listen.url when it is ready.
      """)

  @Option(help: "Folder for keys and, without --database, for the private PostgreSQL.")
  var dataDir: String

  @Option(
    help:
      "URL of a PostgreSQL server that you run. Better in STEMMA_DATABASE: arguments can be seen.")
  var database: String?

  @Option(help: "Address and port; port 0 takes a free one.")
  var listen = "127.0.0.1:7400"

  @Option(
    help: """
      Name of the log, on the first start: a URL without its scheme that is yours, like \
      example.org/stemma. Part of every checkpoint; it cannot be changed.
      """)
  var logOrigin: String?

  @Option(
    help: """
      Where the log's signer runs, if not in this process: unix:PATH or https://HOST:PORT (see stemma signer). \
      Several servers on one database share one.
      """)
  var signer: String?

  @OptionGroup var signerTLS: SignerTLSOptions

  @OptionGroup var witnesses: WitnessOptions

  @OptionGroup var lineage: LineageOptions

  @Option(
    name: .customLong("import"),
    help: """
      NAMESPACE=OTHER[,OTHER…]: references of NAMESPACE are looked up there too, in order. May be given \
      for several namespaces.
      """)
  var imports: [NamespaceImport] = []

  @Flag(help: "Start even where the server's settings can lose acknowledged commits.")
  var unsafe = false

  func validate() throws {
    guard ListenAddress(listen) != nil else {
      throw ValidationError("--listen is ADDRESS:PORT, like 127.0.0.1:7400")
    }
    guard signer == nil || logOrigin == nil else {
      throw ValidationError(
        "--log-origin is for a signer in this process; stemma signer has --origin")
    }
    if let signer {
      guard let place = SignerAddress(signer) else {
        throw ValidationError("--signer is unix:PATH, with an absolute path, or https://HOST:PORT")
      }
      guard place.usesTLS == signerTLS.isGiven else {
        throw ValidationError(
          "--signer-cert, --signer-key and --signer-ca go with an https signer, all three")
      }
    } else if signerTLS.isGiven {
      throw ValidationError("--signer-cert, --signer-key and --signer-ca go with --signer")
    }
  }

  func run() async throws {
    guard let address = ListenAddress(listen) else { return }
    MachineMemory.keepWhatIsFreed()
    guard address.isLoopback else {
      throw CommandFailure.usage(
        "--listen \(listen) can be reached from other machines, and there is no TLS yet; listen on loopback and put a TLS proxy in front"
      )
    }
    let signer: LogStart.Place =
      if let place = signer.flatMap({ SignerAddress($0) }) {
        .remote(place, try signerTLS.read())
      } else {
        .here(origin: logOrigin)
      }
    let witnesses = try witnesses.read()
    do throws(EmbeddedError) {
      let directory = try DataDirectory(dataDir)
      try await ServiceRun(
        directory: directory, database: database ?? Environment.value("STEMMA_DATABASE"),
        address: address, allowsUnsafe: `unsafe`, signer: signer,
        witnesses: witnesses,
        imports: Dictionary(imports.map { ($0.importer, $0.imported) }) { $0 + $1 },
        indexBytes: lineage.indexBytes
      ).run()
    } catch {
      throw CommandFailure.unavailable(error.message)
    }
  }
}

/// `ADDRESS:PORT`; IPv6 addresses in brackets.
struct ListenAddress {
  let host: String
  let port: Int

  init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (0...65_535).contains(port)
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    guard !host.isEmpty else { return nil }
    self.host = String(host)
    self.port = port
  }

  var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
  var urlHost: String { host.contains(":") ? "[\(host)]" : host }
}
