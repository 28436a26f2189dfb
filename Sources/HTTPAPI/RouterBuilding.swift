import HTTPTypes
package import Hummingbird
import Store

/// Every route of the service, in one list.
enum RouteTable {
  static let all: [Route] =
    CommitRoutes.all + RecordRoutes.all + ContentRoutes.all + LocationRoutes.all
    + LineageRoutes.all + ViewRoutes.all + RebuildRoutes.all + LeaseRoutes.all + DiffRoutes.all
    + NameRoutes.all + ErasureRoutes.all
    + LogRoutes.all
    + BundleRoutes.all + OperationsRoutes.all + UIRoutes.all
}

/// The responder that answers every request of the API.
package func makeResponder(_ services: APIServices) -> some HTTPResponder<APIResponderContext> {
  let router = Router(context: APIContext.self)
  router.add(middleware: HeadMiddleware())
  router.add(middleware: ProblemMiddleware())
  router.add(middleware: HostMiddleware())
  router.add(middleware: TargetMiddleware())
  var methods: [String: [HTTPRequest.Method]] = [:]
  for route in RouteTable.all {
    methods[route.path, default: []].append(route.method)
    router.on(RouterPath(route.path), method: route.method) { request, context in
      try await answer(request, context, route: route, services: services)
    }
  }
  for (path, allowed) in methods {
    for method in HTTPRequest.Method.known where !allowed.contains(method) {
      router.on(RouterPath(path), method: method) { request, _ -> Response in
        throw Problem.methodNotAllowed(
          method, allowed: NameRoutes.isHistory(request.uri.path) ? [.get] : allowed)
      }
    }
  }
  return router.buildResponder()
}

/// The context type, for whoever makes an application of the responder.
package typealias APIResponderContext = APIContext

/// Lets nobody through whom the route does not let through, then runs its handler.
private func answer(
  _ request: Request, _ context: APIContext, route: Route, services: APIServices
) async throws -> Response {
  switch route.access {
  case .open:
    return try await route.handler(request, context, services)
  case .scope:
    guard let token = bearerToken(of: request),
      let principal = try await services.authenticator.principal(of: token)
    else { throw Problem.unauthenticated }
    var context = context
    context.principal = principal
    return try await route.handler(request, context, services)
  }
}

/// The credential of `Authorization: Bearer …`; nil where there is none, or more than one.
private func bearerToken(of request: Request) -> Substring? {
  let values = request.headers[values: .authorization]
  guard values.count == 1, let value = values.first, value.utf8.count > 7,
    value.utf8.starts(with: "Bearer ".utf8) || value.prefix(7).lowercased() == "bearer "
  else { return nil }
  return value.dropFirst(7)
}

extension HTTPRequest.Method {
  /// Methods that get 405, not 404, at an address that has others: all that the HTTP parser takes.
  fileprivate static let known: [HTTPRequest.Method] = [
    "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "QUERY",
    "COPY", "LOCK", "MKCOL", "MOVE", "PROPFIND", "PROPPATCH", "SEARCH", "UNLOCK", "BIND", "REBIND",
    "UNBIND", "ACL", "REPORT", "MKACTIVITY", "CHECKOUT", "MERGE", "M-SEARCH", "NOTIFY",
    "SUBSCRIBE", "UNSUBSCRIBE", "PURGE", "MKCALENDAR", "LINK", "UNLINK", "SOURCE",
  ].compactMap { HTTPRequest.Method(rawValue: $0) }
}
