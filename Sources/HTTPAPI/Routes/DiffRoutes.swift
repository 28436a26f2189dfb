import HTTPTypes
import Hummingbird
import Lineage
import StemmaCrypto
import Store

/// `GET /v1/{namespace}/diff`.
enum DiffRoutes {
  static let all = [
    Route(.get, "/v1/{namespace}/diff", .scope(.read)) { request, context, services in
      let namespace = try context.namespace()
      let query = try request.query(allowing: ["a", "b", "at"])
      let (a, b) = (try needed("a", in: query), try needed("b", in: query))
      let service = DiffService(lineage: services.lineage, content: services.content)
      switch try await service.diff(a, b, in: namespace, at: snapshotPoint("at", in: query)) {
      case .diff(let diff): return Response(json: diff.json)
      case .notThere(let digest):
        throw Problem.notFound(
          "nothing that this namespace sees has the digest \(digest) at that point")
      }
    }
  ]

  private static func needed(_ name: String, in query: [String: String]) throws -> Digest {
    guard let digest = try digest(name, in: query) else {
      throw Problem.invalidRequest("a digest is needed", parameter: name)
    }
    return digest
  }
}
