import Canonical
import HTTPTypes
import Hummingbird
import StemmaCrypto

/// An RFC 9457 problem document with a stable `code`. Thrown by handlers, answered as it is.
struct Problem: Error {
  let status: HTTPResponse.Status
  let code: String
  let detail: String
  var members: [(String, JSONValue)] = []
  var headers: HTTPFields = [:]

  init(
    _ status: HTTPResponse.Status, _ code: String, _ detail: String,
    members: [(String, JSONValue)] = [], headers: HTTPFields = [:]
  ) {
    self.status = status
    self.code = code
    self.detail = detail
    self.members = members
    self.headers = headers
  }

  var response: Response {
    var fields = headers
    fields[.contentType] = "application/problem+json"
    fields[.cacheControl] = "no-store"
    let document = JSONValue.object(
      [
        ("type", .string("urn:stemma:problem:\(code)")),
        ("title", .string(status.reasonPhrase)),
        ("status", .integer(Int64(status.code))),
        ("detail", .string(detail)),
        ("code", .string(code)),
      ] + members)
    return Response(
      status: status, headers: fields,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: document.canonicalBytes())))
  }
}

extension Problem {
  static func notFound(_ detail: String = "there is no such thing here") -> Problem {
    Problem(.notFound, "not_found", detail)
  }

  /// 410 with the record that says why.
  static func erased(_ detail: String, by erasure: Digest?) -> Problem {
    Problem(
      .gone, "erased", detail,
      members: erasure.map { [("erasure", .string($0.description))] } ?? [])
  }

  static func invalidRequest(_ detail: String, pointer: String) -> Problem {
    Problem(.badRequest, "invalid_request", detail, members: [("pointer", .string(pointer))])
  }

  static func invalidRequest(_ detail: String, parameter: String) -> Problem {
    Problem(.badRequest, "invalid_request", detail, members: [("parameter", .string(parameter))])
  }

  static func methodNotAllowed(
    _ method: HTTPRequest.Method, allowed: [HTTPRequest.Method]
  ) -> Problem {
    Problem(
      .methodNotAllowed, "method_not_allowed", "\(method.rawValue) is not for this address",
      headers: [.allow: allowed.map(\.rawValue).sorted().joined(separator: ", ")])
  }

  static let unauthenticated = Problem(
    .unauthorized, "unauthenticated", "a valid key is needed: Authorization: Bearer stemma_…",
    headers: [.wwwAuthenticate: "Bearer realm=\"stemma\""])

  /// Something the client may simply send again.
  static func retryable(_ code: String, _ detail: String, after seconds: Int) -> Problem {
    Problem(
      .serviceUnavailable, code, detail, members: [("retryable", .bool(true))],
      headers: [.retryAfter: String(seconds)])
  }
}
