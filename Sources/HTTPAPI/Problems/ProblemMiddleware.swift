import Hummingbird
import Logging
import Store

/// Turns everything that is thrown into a problem document. What nobody foresaw is logged and
/// answered as 500 without its text.
struct ProblemMiddleware: RouterMiddleware {
  @concurrent
  func handle(
    _ request: Request, context: APIContext,
    next: @concurrent (Request, APIContext) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let problem as Problem {
      return problem.response
    } catch let error as StoreError {
      context.logger.warning(
        "request failed", metadata: ["error": "\(error)", "path": "\(request.uri.path)"])
      return Problem(error).response
    } catch let error as HTTPError where error.status == .notFound {
      return Problem.notFound("there is nothing at this address").response
    } catch let error as any HTTPResponseError {
      return Problem(error.status, "invalid_request", error.status.reasonPhrase).response
    } catch is CancellationError {
      return Problem.retryable("unavailable", "the server is shutting down", after: 2).response
    } catch {
      context.logger.error(
        "unexpected failure", metadata: ["error": "\(error)", "path": "\(request.uri.path)"])
      return Problem(
        .internalServerError, "internal", "the server failed; its log says why"
      ).response
    }
  }
}
