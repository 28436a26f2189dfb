import AsyncHTTPClient
import Canonical
import NIOHTTP1

/// A client that asks again while a server is away: it may be restarted, and its database too.
///
/// Everything that is sent through it may be sent twice. What a server refuses is refused at once.
struct PatientClient {
  let client: StemmaClient
  /// How long a server may be away.
  var patience = Duration.seconds(120)

  /// - Parameter body: made anew for each try.
  /// - Throws: as `StemmaClient.send`; status 3 only after the patience is over.
  func send(
    _ method: HTTPMethod, _ path: String, headers: [(String, String)] = [],
    body: () throws -> HTTPClientRequest.Body? = { nil }
  ) async throws -> StemmaClient.Answer {
    try await again { try await client.send(method, path, body: try body(), headers: headers) }
  }

  func post(_ path: String, _ body: JSONValue) async throws -> StemmaClient.Answer {
    let bytes = body.canonicalBytes()
    return try await send(.POST, path, headers: [("Content-Type", "application/json")]) {
      .bytes(bytes)
    }
  }

  func get(_ path: String) async throws -> JSONNode { try await send(.GET, path).json() }

  /// Runs `body` until it ends in other words than that the server is away.
  func again<Result>(_ body: () async throws -> Result) async throws -> Result {
    let end = ContinuousClock.now + patience
    var pause = Duration.milliseconds(100)
    while true {
      do {
        return try await body()
      } catch let failure as CommandFailure where failure.status == 3 && ContinuousClock.now < end {
        // Workers that lost one server do not all come back in one moment.
        try await Task.sleep(for: pause * Double.random(in: 0.5...1.5))
        pause = min(pause * 2, .seconds(5))
      }
    }
  }
}
