import ArgumentParser
import EmbeddedPostgres
import Store

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
  }

  func run() async throws {
    guard let address = ListenAddress(listen) else { return }
    guard address.isLoopback else {
      throw CommandFailure.usage(
        "--listen \(listen) can be reached from other machines, and there is no TLS yet; listen on loopback and put a TLS proxy in front"
      )
    }
    do throws(EmbeddedError) {
      let directory = try DataDirectory(dataDir)
      try await ServiceRun(
        directory: directory, database: database ?? Environment.value("STEMMA_DATABASE"),
        address: address, allowsUnsafe: `unsafe`, logOrigin: logOrigin,
        imports: Dictionary(imports.map { ($0.importer, $0.imported) }) { $0 + $1 }
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

/// `main=shared,public`.
struct NamespaceImport: ExpressibleByArgument {
  let importer: Namespace
  let imported: [Namespace]

  init?(argument: String) {
    let sides = argument.split(separator: "=", omittingEmptySubsequences: false)
    guard sides.count == 2, let importer = Namespace(sides[0]) else { return nil }
    let names = sides[1].split(separator: ",", omittingEmptySubsequences: false)
    let imported = names.compactMap { Namespace($0) }
    guard imported.count == names.count, !imported.contains(importer) else { return nil }
    self.importer = importer
    self.imported = imported
  }
}
