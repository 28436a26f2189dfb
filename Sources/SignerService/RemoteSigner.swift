import AsyncHTTPClient
import Canonical
import NIOCore
import NIOHTTP1
import NIOSSL
package import Signer
package import StemmaCrypto
package import TransparencyLog

/// A signer in a process of its own.
///
/// Throws what the signer throws. A call that it did not answer is `.unavailable`: it may have taken effect,
/// and asking again settles it. What it signs is verified before it is believed.
package struct RemoteSigner: HeadSigner {
  /// The key that the signer named at the first contact.
  package let verifierKey: VerifierKey
  private let connection: Connection

  /// Asks the signer at `address` which log it signs.
  package init(
    at address: SignerAddress, tls: SignerTLS? = nil, timeout: Duration = .seconds(10)
  ) async throws(SignerError) {
    connection = Connection(address, tls, timeout)
    do throws(SignerError) {
      verifierKey = try await Self.status(over: connection).verifierKey
    } catch {
      await connection.close()
      throw error
    }
  }

  /// How the signer stands.
  package func status() async throws(SignerError) -> SignerStatus {
    let (status, key) = try await Self.status(over: connection)
    guard key == verifierKey else {
      throw SignerError(.unavailable, "the signer is another one now: \(key)")
    }
    return status
  }

  package func prepare(head: TreeHead, leaves: [Digest]) async throws(SignerError) {
    guard leaves.count <= SignerWire.maximumLeaves else {
      throw SignerError(.unavailable, "more than \(SignerWire.maximumLeaves) leaves at once")
    }
    _ = try await connection.send("prepare", SignerWire.encode(head, leaves))
  }

  package func sign(_ head: TreeHead) async throws(SignerError) -> SignedHead {
    let note = try await connection.send("sign", SignerWire.encode(head))
    let signed = try SignedHead(verifying: note, with: verifierKey)
    guard signed.head.size > head.size || signed.head == head else {
      throw SignerError(.unavailable, "asked for \(head), the signer answered \(signed.head)")
    }
    return signed
  }

  /// Gives its connections up. Nothing may be asked afterwards.
  package func close() async { await connection.close() }

  private static func status(
    over connection: Connection
  ) async throws(SignerError) -> (status: SignerStatus, verifierKey: VerifierKey) {
    let body = try await connection.send("status", nil)
    guard let root = try? JSONDocument(parsing: body).root, let kept = root["kept"]?.integer,
      let note = root["note"]?.utf8, let text = root["verifierKey"]?.text,
      let key = try? VerifierKey(parsing: text)
    else { throw SignerError(.unavailable, "what answers at the signer's address is no signer") }
    let newest = try SignedHead(verifying: note, with: key)
    return (SignerStatus(newest: newest, kept: Int(kept), stopped: root["stopped"]?.text), key)
  }
}

extension SignedHead {
  fileprivate init(verifying note: [UInt8], with key: VerifierKey) throws(SignerError) {
    do throws(LogError) {
      let checkpoint = try Checkpoint(
        opening: SignedNote(parsing: note), origin: key.name, key: key)
      self.init(head: TreeHead(size: checkpoint.size, root: checkpoint.root), note: note)
    } catch {
      throw SignerError(.unavailable, "the signer's checkpoint does not verify: \(error.message)")
    }
  }
}

/// HTTP to the signer.
private struct Connection {
  private let client: HTTPClient
  private let address: SignerAddress
  private let timeout: TimeAmount

  init(_ address: SignerAddress, _ tls: SignerTLS?, _ timeout: Duration) {
    self.address = address
    self.timeout = .nanoseconds(Int64(timeout / .nanoseconds(1)))
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: tls?.client, redirectConfiguration: .disallow)
    configuration.httpVersion = .http1Only
    // One call is one try: asking again is the caller's.
    configuration.connectionPool.retryConnectionEstablishment = false
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  /// The body of a good answer. Without a body of its own it is a GET.
  func send(_ call: String, _ body: [UInt8]?) async throws(SignerError) -> [UInt8] {
    var request = HTTPClientRequest(url: "\(address.baseURL)/v1/\(call)")
    if let body {
      request.method = .POST
      request.headers.add(name: "Content-Type", value: "application/octet-stream")
      request.body = .bytes(ByteBuffer(bytes: body))
    }
    let status: Int
    let answer: [UInt8]
    do {
      let response = try await client.execute(request, timeout: timeout)
      status = Int(response.status.code)
      answer = Array(try await response.body.collect(upTo: 64 << 10).readableBytesView)
    } catch {
      throw SignerError(.unavailable, "the signer at \(address) does not answer: \(error)")
    }
    guard 200..<300 ~= status else { throw SignerWire.error(answer, status: status) }
    return answer
  }

  /// A client that fails to shut down has nothing left that could be done about it.
  func close() async { try? await client.shutdown() }
}
