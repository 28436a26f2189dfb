import HTTPTypes
import Hummingbird

/// Answers HEAD without a body, whoever made the answer (RFC 9110 §9.3.2).
///
/// A client does not read a body there: whatever is sent becomes the beginning of its next answer.
/// `Content-Length` stays, and tells the length that GET would have.
struct HeadMiddleware: RouterMiddleware {
  @concurrent
  func handle(
    _ request: Request, context: APIContext,
    next: @concurrent (Request, APIContext) async throws -> Response
  ) async throws -> Response {
    var response = try await next(request, context)
    guard request.method == .head else { return response }
    // The server takes it from the body where no field says it.
    if response.headers[.contentLength] == nil, let length = response.body.contentLength {
      response.headers[.contentLength] = String(length)
    }
    response.body = ResponseBody()
    return response
  }
}
