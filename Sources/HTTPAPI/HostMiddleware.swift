import HTTPTypes
import Hummingbird

/// Takes requests that name one host, as HTTP/1.1 asks (RFC 9112 §3.2), and no others.
///
/// Probes and metrics may name none: load balancers ask for them with HTTP/1.0, which has no `Host` and is not
/// told apart here.
struct HostMiddleware: RouterMiddleware {
  private static let withoutHost = ["/livez", "/readyz", "/metrics"]
  private static let field = HTTPField.Name("Host")

  @concurrent
  func handle(
    _ request: Request, context: APIContext,
    next: @concurrent (Request, APIContext) async throws -> Response
  ) async throws -> Response {
    // The first is the authority by now; a second one stands among the other fields.
    let hasSecond = Self.field.map { request.headers.contains($0) } ?? false
    guard !hasSecond,
      request.head.authority != nil || Self.withoutHost.contains(request.uri.path)
    else {
      throw Problem(
        .badRequest, "invalid_request", "a request has one Host (RFC 9112 section 3.2)")
    }
    return try await next(request, context)
  }
}
