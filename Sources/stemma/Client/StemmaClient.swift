import AsyncHTTPClient
import Canonical
import HTTPTypes
import Lineage
import NIOCore
import NIOHTTP1

/// Requests to a server, for the commands.
struct StemmaClient {
  private let options: ServerOptions
  private let key: String
  private let client = Self.client

  /// Says at once that nobody listens: the shared client would try again until the request's deadline. It lives as
  /// long as the program.
  private static let client = {
    var configuration = HTTPClient.Configuration.singletonConfiguration
    configuration.connectionPool.retryConnectionEstablishment = false
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }()

  init(_ options: ServerOptions) throws {
    self.options = options
    key = try options.key()
  }

  struct Answer {
    let status: Int
    let headers: HTTPHeaders
    let body: [UInt8]

    /// The body, where it is JSON.
    func json() throws -> JSONNode {
      do throws(JSONError) {
        return try JSONDocument(parsing: body, limits: LineageLineReader.limits).root
      } catch {
        throw CommandFailure.unavailable("the server's answer is no JSON: \(error.message)")
      }
    }
  }

  /// Sends a request below `/v1/{namespace}/` and returns its 2xx answer.
  /// - Throws: status 3 where the server cannot be reached or is overloaded, 1 otherwise, with what the
  ///   server's problem document says.
  func send(
    _ method: HTTPMethod, _ path: String, body: HTTPClientRequest.Body? = nil,
    headers: [(String, String)] = [], limit: Int = 64 << 20, timeout: TimeAmount = .minutes(30)
  ) async throws -> Answer {
    var request = HTTPClientRequest(url: "\(options.baseURL)/v1/\(options.space)/\(path)")
    request.method = method
    request.headers.add(name: "Authorization", value: "Bearer \(key)")
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    request.body = body
    let answer: Answer
    do {
      let response = try await client.execute(request, timeout: timeout)
      let bytes = try await response.body.collect(upTo: limit)
      answer = Answer(
        status: Int(response.status.code), headers: response.headers,
        body: Array(bytes.readableBytesView))
    } catch {
      throw CommandFailure.unavailable("\(options.baseURL): \(error)")
    }
    guard (200..<300).contains(answer.status) else { throw Self.failure(answer) }
    return answer
  }

  /// The answer to GET; nil where there is no such thing.
  func sendIfFound(_ path: String) async throws -> Answer? {
    do {
      return try await send(.GET, path)
    } catch let failure as CommandFailure where failure.code == "not_found" {
      return nil
    }
  }

  /// Streams what is there to `sink`, whose errors are passed on.
  func download(
    _ path: String, headers: [(String, String)] = [], to sink: ([UInt8]) throws -> Void
  ) async throws {
    var request = HTTPClientRequest(url: "\(options.baseURL)/v1/\(options.space)/\(path)")
    request.headers.add(name: "Authorization", value: "Bearer \(key)")
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    var refusal: (any Error)?
    do {
      let response = try await client.execute(request, timeout: .minutes(30))
      guard response.status == .ok else {
        let body = try await response.body.collect(upTo: 1 << 20)
        throw Self.failure(
          Answer(
            status: Int(response.status.code), headers: response.headers,
            body: Array(body.readableBytesView)))
      }
      for try await buffer in response.body {
        do {
          try sink(Array(buffer.readableBytesView))
        } catch {
          refusal = error
          throw error
        }
      }
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw refusal ?? CommandFailure.unavailable("\(options.baseURL): \(error)")
    }
  }

  private static func failure(_ answer: Answer) -> CommandFailure {
    let text = describe(answer)
    var failure: CommandFailure =
      answer.status == 503 || answer.status == 500
      ? .unavailable(text) : answer.status == 401 ? .usage(text) : .found(text)
    failure.problem = try? JSONDocument(parsing: answer.body).root
    return failure
  }

  /// The problem document for a person: what is wrong, and where; each thing in a line of its own.
  private static func describe(_ answer: Answer) -> String {
    guard let root = try? JSONDocument(parsing: answer.body).root,
      let detail = root["detail"]?.text
    else { return "the server answered \(answer.status)" }
    var lines = [PlainText.line("\(root["code"]?.text ?? "error"): \(detail)", limit: 4096)]
    for list in [root["errors"], root["missing"], root["conflicts"]] {
      guard let list else { continue }
      for item in list.elements {
        let parts = item.members.compactMap { $0.value.text }
        lines.append("  " + PlainText.line(parts.joined(separator: "  "), limit: 4096))
      }
    }
    return lines.joined(separator: "\n")
  }
}

extension CommandFailure {
  /// The server says that it has no such content: elsewhere, missing or erased. Not that it will not give it.
  var isAbsence: Bool {
    switch code {
    case "not_found", "content_missing", "content_elsewhere", "erased": true
    default: false
    }
  }
}

/// `text` for one path segment.
func pathSegment(_ text: String) -> String {
  let hex = Array("0123456789ABCDEF".utf8)
  var out: [UInt8] = []
  for byte in text.utf8 {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: ":"), UInt8(ascii: "@"):
      out.append(byte)
    default: out += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
    }
  }
  return String(decoding: out, as: UTF8.self)
}
