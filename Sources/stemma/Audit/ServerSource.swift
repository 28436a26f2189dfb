import AsyncHTTPClient
import Audit
import Canonical
import NIOCore
import NIOHTTP1
import TransparencyLog

/// A server, as an audit reads it. Must be closed.
struct ServerSource: AuditSource {
  let baseURL: String
  let key: String
  let client: HTTPClient

  init(_ options: ServerOptions) throws {
    baseURL = options.baseURL
    key = try options.key()
    var configuration = HTTPClient.Configuration()
    configuration.timeout.connect = .seconds(5)
    // A server that refuses connections is told of at once, not after every deadline.
    configuration.connectionPool.retryConnectionEstablishment = false
    // A content can take hours, and no part of it minutes.
    configuration.timeout.read = .minutes(2)
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  func close() async throws { try await client.shutdown() }

  func checkpoint() async throws(AuditError) -> Served {
    try await get("log/checkpoint", limit: SignedNote.maximumSize)
  }

  func tile(_ tile: Tile) async throws(AuditError) -> Served {
    try await get("log/\(tile.path)", limit: 1 << 16)
  }

  func entries(_ bundle: EntryBundle) async throws(AuditError) -> Served {
    try await get("log/\(bundle.path)", limit: 1 << 25)
  }

  func openings(from index: Int64, limit: Int) async throws(AuditError) -> Served {
    try await get("log/openings?from=\(index)&limit=\(limit)", limit: 1 << 28, withKey: true)
  }

  /// How often a request is tried that got no answer, or one that says to come back.
  private static let attempts = 5

  /// Asks for `path` until `ask` has an answer.
  ///
  /// - Parameter ask: sends the request; gives why there is no answer now where it should be sent again.
  func persist<Answer>(
    _ path: String, _ ask: (_ isLast: Bool) async throws -> Result<Answer, Delay>
  ) async throws(AuditError) -> Answer {
    var failure = AuditError(.unavailable, "\(baseURL) does not answer")
    for attempt in 0..<Self.attempts {
      do {
        if attempt > 0 { try await Task.sleep(for: .milliseconds(200 << attempt)) }
        switch try await ask(attempt + 1 == Self.attempts) {
        case .success(let answer): return answer
        case .failure(let delay): failure = AuditError(.unavailable, "\(path): \(delay.reason)")
        }
      } catch let error as AuditError {
        throw AuditError(error.code, "\(path): \(error.message)")
      } catch is CancellationError {
        throw failure
      } catch {
        failure = AuditError(.unavailable, "\(baseURL)/\(path): \(error)")
      }
    }
    throw failure
  }

  /// A server's word to come back.
  struct Delay: Error {
    let reason: String

    init(_ body: [UInt8]) { reason = detail(body) ?? "not now" }
  }

  private func get(
    _ path: String, limit: Int, withKey: Bool = false
  ) async throws(AuditError) -> Served {
    try await persist(path) { _ in
      var request = HTTPClientRequest(url: "\(baseURL)/\(path)")
      // The log is open to anybody; a key is sent to nobody who does not need it.
      if withKey { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
      let response = try await client.execute(request, timeout: .minutes(2))
      let body = Array(try await response.body.collect(upTo: limit).readableBytesView)
      let served = try Self.judge(Int(response.status.code), body)
      return served.map { .success($0) } ?? .failure(Delay(body))
    }
  }

  /// What an answer says; nil where it says to ask again.
  private static func judge(_ status: Int, _ body: [UInt8]) throws(AuditError) -> Served? {
    switch status {
    case 200: return .bytes(body)
    case 401, 403: throw AuditError(.usage, detail(body) ?? "the key is refused")
    case 429, 503: return nil
    default: return .absent("\(status) \(detail(body) ?? "")")
    }
  }

  /// Of a problem document (RFC 9457).
  static func detail(_ body: [UInt8]) -> String? {
    (try? JSONDocument(parsing: body).root)?["detail"]?.text
  }
}
