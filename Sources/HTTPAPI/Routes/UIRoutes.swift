import HTTPTypes
import Hummingbird
import Lineage

/// `GET /ui/{namespace}/{digest}`: the auditor's page.
///
/// A browser sends no bearer key by itself, and a cookie would be sent for other sites too. So the page is open
/// and holds no data: it asks its reader for the key, and then `/v1/{namespace}/lineage/{digest}` with it.
enum UIRoutes {
  static let all = [
    Route(.get, "/ui/{namespace}/{digest}", .open) { request, context, _ in
      // The page reads its own address; what could not be meant is said here.
      _ = try context.namespace()
      _ = try context.digest()
      let query = try request.query(allowing: ["direction", "at"])
      _ = try choice("direction", in: query, LineageGraph.Direction.allCases.map(\.rawValue))
      _ = try snapshotPoint("at", in: query)
      return Response(
        status: .ok, headers: headers,
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: LineagePage.shell)))
    }
  ]

  private static let headers: HTTPFields = {
    var headers: HTTPFields = [
      .contentType: "text/html; charset=utf-8",
      .cacheControl: "no-cache",
      .contentSecurityPolicy: LineagePage.servedPolicy + "; frame-ancestors 'none'",
      .xContentTypeOptions: "nosniff",
    ]
    let others = [
      ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Opener-Policy", "same-origin"),
      ("Cross-Origin-Resource-Policy", "same-origin"),
    ]
    for (name, value) in others {
      if let name = HTTPField.Name(name) { headers[name] = value }
    }
    return headers
  }()
}
