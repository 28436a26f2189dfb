import HTTPTypes
import Hummingbird

/// One route: what it answers to, who may use it, what it does.
///
/// `access` has no default: a route that does not say who may use it does not compile.
struct Route: Sendable {
  enum Access: Sendable {
    /// Anybody, without a key.
    case open
    /// Whoever has a valid key with this scope. (Every key has every scope until roles come.)
    case scope(Scope)
  }

  enum Scope: String, Sendable {
    case append = "record:append"
    case read = "record:read"
    /// Opens every entry of the log, whatever its namespace.
    case audit = "log:open"
    case erase = "record:erase"
    case metrics = "metrics:read"
  }

  typealias Handler = @Sendable (Request, APIContext, APIServices) async throws -> Response

  let method: HTTPRequest.Method
  let path: String
  let access: Access
  let handler: Handler

  init(
    _ method: HTTPRequest.Method, _ path: String, _ access: Access, _ handler: @escaping Handler
  ) {
    self.method = method
    self.path = path
    self.access = access
    self.handler = handler
  }
}
