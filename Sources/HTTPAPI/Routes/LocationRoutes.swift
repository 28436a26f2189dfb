import Canonical
import Hummingbird
import StemmaCrypto
import Store

/// `/v1/{namespace}/content/{digest}/locations`: hints, opaque, never fetched.
enum LocationRoutes {
  static let all = [
    Route(.get, "/v1/{namespace}/content/{digest}/locations", .scope(.read)) {
      request, context, services in
      let namespace = try context.namespace()
      let digest = try context.digest()
      _ = try request.query(allowing: [])
      return try await answer(digest, namespace, services)
    },
    Route(.put, "/v1/{namespace}/content/{digest}/locations", .scope(.append)) {
      request, context, services in
      let namespace = try context.namespace()
      let digest = try context.digest()
      _ = try request.query(allowing: [])
      let locations = try locations(in: try await request.json(limit: 256 << 10).root)
      try await services.content.setLocations(
        locations, of: digest, in: namespace, now: services.now())
      return try await answer(digest, namespace, services)
    },
  ]

  private static func answer(
    _ digest: Digest, _ namespace: Namespace, _ services: APIServices
  ) async throws -> Response {
    guard let place = try await services.content.whereabouts(of: digest, in: namespace) else {
      throw Problem.notFound("nothing in this namespace names that content")
    }
    return Response(
      json: .object([
        ("digest", .string(digest.description)), ("state", .string(place.state.rawValue)),
        ("locations", .array(place.locations.map { .string($0) })),
      ]))
  }

  private static func locations(in root: JSONNode) throws -> [String] {
    guard root.type == .object, root.count == 1, let list = root["locations"],
      list.type == .array, list.count <= 64
    else {
      throw Problem.invalidRequest(
        "an object with an array of at most 64 strings is needed", pointer: "/locations")
    }
    return try list.elements.enumerated().map { position, node in
      guard let bytes = node.utf8, (1...2048).contains(bytes.count),
        bytes.allSatisfy({ (0x21...0x7E).contains($0) })
      else {
        throw Problem.invalidRequest(
          "1 to 2048 printable ASCII characters without spaces are needed",
          pointer: "/locations/\(position)")
      }
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}
