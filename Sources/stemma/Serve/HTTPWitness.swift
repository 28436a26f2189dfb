import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Store
import TransparencyLog

/// A witness at the URL that the operator's policy names; nothing else is ever asked.
struct HTTPWitness: Witness {
  /// No answer is longer: a hundred signature lines.
  private static let maximumAnswer = 16 << 10

  let client: HTTPClient
  let address: WitnessAddress
  /// For connecting, sending and the whole answer.
  let timeout: Duration

  /// A client that follows nobody elsewhere and never tries twice.
  static func makeClient() -> HTTPClient {
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    configuration.httpVersion = .http1Only
    configuration.connectionPool.retryConnectionEstablishment = false
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  func addCheckpoint(_ request: AddCheckpointRequest) async -> AddCheckpointAnswer {
    var post = HTTPClientRequest(url: address.submission)
    post.method = .POST
    post.headers.add(name: "Content-Type", value: "text/plain; charset=utf-8")
    post.headers.add(name: "User-Agent", value: "stemma")
    post.body = .bytes(ByteBuffer(bytes: request.formatRequest()))
    do {
      let response = try await client.execute(
        post, timeout: .nanoseconds(Int64(timeout / .nanoseconds(1))))
      let body = try await response.body.collect(upTo: Self.maximumAnswer)
      return AddCheckpointAnswer(
        status: Int(response.status.code), body: Array(body.readableBytesView))
    } catch {
      return .failed("no answer: \(error)")
    }
  }
}
