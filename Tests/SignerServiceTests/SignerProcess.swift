import Glibc
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import NIOCore
import Signer
import SignerService
import StemmaCrypto

/// A folder of its own for a signer, a socket and certificates; goes away with this value.
final class ServiceFolder: Sendable {
  let path: String

  init() {
    var template = Array("/tmp/stemma-signer-XXXXXX".utf8CString)
    let made = unsafe mkdtemp(&template)
    precondition(unsafe made != nil, "no temporary folder can be made")
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit { shell("rm -r \(path)") }

  func makeSigner() throws(SignerError) -> FileSigner {
    try FileSigner.create(
      in: path + "/state", origin: "example.com/log", seed: Array(0..<32))
    return try FileSigner(folder: path + "/state")
  }

  /// An authority, and certificates of it for `localhost` and for a client.
  func makeCertificates(of authority: String) {
    let options = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    shell(
      """
      cd \(path) && openssl req -x509 \(options) -keyout \(authority).key -out \(authority).pem -subj /CN=\(authority)
      for name in localhost client; do
        openssl req -x509 -CA \(authority).pem -CAkey \(authority).key \(options) -subj /CN=$name \
          -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE \
          -keyout \(authority)-$name.key -out \(authority)-$name.pem
      done
      """)
  }

  func tls(_ name: String, of authority: String, trusting trusted: String) throws -> SignerTLS {
    try SignerTLS(
      certificate: "\(path)/\(authority)-\(name).pem", key: "\(path)/\(authority)-\(name).key",
      authority: "\(path)/\(trusted).pem")
  }
}

/// Runs a script; the tests stop where it fails.
private func shell(_ script: String) {
  let status = unsafe system("(\(script)) 2>/dev/null")
  precondition(status == 0, "failed: \(script)")
}

/// Serves `signer` while `body` runs, and gives it the address.
func serving(
  _ signer: FileSigner, in folder: ServiceFolder, tls: SignerTLS? = nil,
  _ body: @escaping @Sendable (SignerAddress) async throws -> Void
) async throws {
  let (ports, port) = AsyncStream.makeStream(of: Int.self)
  let socket = folder.path + "/socket"
  let application = Application(
    responder: makeSignerResponder(signer, onStop: {}),
    server: try tls.map { try .tls(.http1(), tlsConfiguration: $0.server) } ?? .http1(),
    configuration: .init(
      address: tls == nil
        ? .unixDomainSocket(path: socket) : .hostname("127.0.0.1", port: 0)),
    onServerRunning: { port.yield($0.localAddress?.port ?? 0) })
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await application.run() }
    var running = ports.makeAsyncIterator()
    let port = await running.next() ?? 0
    let address = SignerAddress(tls == nil ? "unix:\(socket)" : "https://localhost:\(port)")
    if let address { try await body(address) }
    group.cancelAll()
  }
}
