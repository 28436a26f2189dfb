import HTTPTypes
import Hummingbird

/// Lets every address have one spelling.
///
/// The router skips empty segments and cuts a fragment off the query. A proxy in front that does not
/// would apply its rules to another address than is answered here.
struct TargetMiddleware: RouterMiddleware {
  @concurrent
  func handle(
    _ request: Request, context: APIContext,
    next: @concurrent (Request, APIContext) async throws -> Response
  ) async throws -> Response {
    guard !request.uri.string.utf8.contains(UInt8(ascii: "#")) else {
      throw Problem(
        .badRequest, "invalid_request", "a request target has no fragment (RFC 9112 section 3.2)")
    }
    let path = request.uri.path
    guard path == "/" || !hasEmptySegment(path.utf8) else {
      throw Problem.notFound("there is nothing at this address")
    }
    return try await next(request, context)
  }

  /// Whether a slash is followed by another one or by nothing.
  private func hasEmptySegment(_ path: String.UTF8View) -> Bool {
    var previous: UInt8 = 0
    for byte in path {
      if byte == UInt8(ascii: "/"), previous == byte { return true }
      previous = byte
    }
    return previous == UInt8(ascii: "/")
  }
}
