import Canonical
import HTTPTypes
import Hummingbird
import Lineage
import NIOCore
import Records
import StemmaCrypto
import Store

/// `GET /v1/{namespace}/lineage/{digest}` and `…/impact/{digest}`.
enum LineageRoutes {
  static let all = [
    Route(.get, "/v1/{namespace}/lineage/{digest}", .scope(.read)) { request, context, services in
      try await lineage(request, context, services)
    },
    Route(.get, "/v1/{namespace}/impact/{digest}", .scope(.read)) { request, context, services in
      let namespace = try context.namespace()
      let digest = try context.digest()
      let query = try request.query(allowing: ["at"])
      let service = ImpactService(lineage: services.lineage)
      let impact = try await service.impact(
        of: digest, in: namespace, at: snapshotPoint("at", in: query))
      guard let impact else { throw notThere }
      return Response(json: impact.json)
    },
  ]

  private static let notThere = Problem.notFound(
    "nothing that this namespace sees has that digest at that point")
  /// Nodes of a page, and of an answer that is streamed.
  private static let maximumPage: Int64 = 10_000
  private static let maximumStream: Int64 = 1_000_000

  private static func lineage(
    _ request: Request, _ context: APIContext, _ services: APIServices
  ) async throws -> Response {
    let namespace = try context.namespace()
    let digest = try context.digest()
    let query = try request.query(
      allowing: [
        "direction", "depth", "kind", "role", "cross", "at", "limit", "after", "associations",
        "records", "titles",
      ])
    let isStream = wantsLines(request)
    var question = try question(about: digest, in: namespace, query)
    question.limit = Int(
      try isStream
        ? integer("limit", in: query, 1...maximumStream, default: maximumStream)
        : integer("limit", in: query, 1...maximumPage, default: 1000))
    if let text = query["after"] {
      guard let cursor = LineageCursor(parsing: text, for: question) else {
        throw Problem.invalidRequest(
          "not what an answer to this very question gave as next", parameter: "after")
      }
      question.after = cursor
    }
    let wantsTitles = try choice("titles", in: query, ["false", "true"]) == "true"
    if wantsTitles {
      guard !isStream else {
        throw Problem.invalidRequest("lines of JSON have no titles", parameter: "titles")
      }
      // A title is made of a record and of what stands beside it.
      question.wantsRecords = true
      question.wantsAssociations = true
    }
    guard isStream else {
      guard let graph = try await services.lineage.graph(of: question) else { throw notThere }
      return Response(
        json: wantsTitles ? graph.titledJSON : graph.json, headers: [.vary: "Accept"])
    }
    guard let answer = try await LineageLines(question, services.lineage) else { throw notThere }
    return Response(
      status: .ok,
      headers: [
        .contentType: LineageLines.mediaType, .cacheControl: "private, no-cache", .vary: "Accept",
      ],
      body: ResponseBody { writer in
        var lines = answer
        while let bytes = await lines.next() {
          try await writer.write(ByteBuffer(bytes: bytes))
        }
        try await writer.finish(nil)
      })
  }

  private static func question(
    about digest: Digest, in namespace: Namespace, _ query: [String: String]
  ) throws -> LineageRequest {
    let direction = try choice(
      "direction", in: query, LineageGraph.Direction.allCases.map(\.rawValue))
    var question = LineageRequest(
      root: digest, namespace: namespace, direction: .init(rawValue: direction) ?? .up)
    if query["depth"] != nil {
      question.depth = Int(try integer("depth", in: query, 0...1_000_000, default: 0))
    }
    question.kinds = try list("kind", in: query).map { try kind($0, "kind") }
    question.roles = try list("role", in: query)
    guard question.roles.allSatisfy({ isIdentifier($0.utf8) }) else {
      throw Problem.invalidRequest("a role is [a-z0-9][a-z0-9._-]{0,62}", parameter: "role")
    }
    question.crossed = try list("cross", in: query).flatMap(associations)
    question.at = try snapshotPoint("at", in: query)
    question.wantsAssociations =
      try choice("associations", in: query, ["false", "true"]) == "true"
    question.wantsRecords = try choice("records", in: query, ["false", "true"]) == "true"
    return question
  }

  /// The associations of that name, of whatever kind.
  private static func associations(_ name: String) throws -> [ReferenceMember] {
    let found = ReferenceMember.associations(named: name)
    guard !found.isEmpty else {
      let known = Set(ReferenceMember.associations.map(\.name)).sorted().joined(separator: ", ")
      throw Problem.invalidRequest("not an association; known are \(known)", parameter: "cross")
    }
    return found
  }

  /// Whether the client takes lines of JSON: it has to name them.
  private static func wantsLines(_ request: Request) -> Bool {
    request.headers[values: .accept].contains { field in
      field.split(separator: ",").contains { part in
        part.prefix { $0 != ";" }.filter { $0 != " " }.lowercased() == LineageLines.mediaType
      }
    }
  }
}
