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
    let response = try await next(request, context)
    // Not by setting the body, which would set the length to that of none.
    return request.method == .head ? response.createHeadResponse() : response
  }
}
