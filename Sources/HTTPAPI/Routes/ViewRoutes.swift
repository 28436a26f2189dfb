import Canonical
import Hummingbird
import Judging
import Store

/// `GET /v1/{namespace}/stale` and `…/views/{digest}`, with its outputs and its answer.
enum ViewRoutes {
  static let all = [
    Route(.get, "/v1/{namespace}/stale", .scope(.read)) { request, context, services in
      let namespace = try context.namespace()
      let query = try request.query(allowing: ["at", "limit", "after"])
      let report = try await services.views.stale(
        in: namespace, at: snapshotPoint("at", in: query),
        after: integer("after", in: query, -1...Int64.max, default: -1),
        limit: Int(integer("limit", in: query, 1...maximumStale, default: 1000)))
      return Response(json: report.json)
    },
    Route(.get, "/v1/{namespace}/views/{digest}", .scope(.read)) { request, context, services in
      let namespace = try context.namespace()
      let digest = try context.digest()
      let query = try request.query(allowing: ["at"])
      let report = try await services.views.report(
        on: digest, in: namespace, at: snapshotPoint("at", in: query))
      guard let report else { throw notThere }
      return Response(json: report.json)
    },
    Route(.get, "/v1/{namespace}/views/{digest}/outputs", .scope(.read)) {
      request, context, services in
      let namespace = try context.namespace()
      let digest = try context.digest()
      let query = try request.query(allowing: ["at", "class", "limit", "after"])
      let page = try await services.views.outputs(
        of: digest, on: deviceGroup(in: query), in: namespace, at: snapshotPoint("at", in: query),
        after: integer("after", in: query, -1...Int64.max, default: -1),
        limit: Int(integer("limit", in: query, 1...1000, default: 100)))
      guard let page else { throw notThere }
      return Response(json: page.json)
    },
    Route(.get, "/v1/{namespace}/views/{digest}/envelopes", .scope(.read)) {
      request, context, services in
      let namespace = try context.namespace()
      let digest = try context.digest()
      let query = try request.query(allowing: ["at"])
      let found = try await services.views.envelopes(
        of: digest, in: namespace, at: snapshotPoint("at", in: query))
      guard let found else { throw notThere }
      return Response(json: ["envelopes": .array(found.map(\.json))])
    },
    Route(.get, "/v1/{namespace}/views/{digest}/answer", .scope(.read)) {
      request, context, services in
      let namespace = try context.namespace()
      let digest = try context.digest()
      let query = try request.query(allowing: ["at", "class", "verdict"])
      let answer = try await services.views.answer(
        for: digest, on: deviceGroup(in: query), atLeast: verdict(in: query), in: namespace,
        at: snapshotPoint("at", in: query))
      guard let answer else { throw notThere }
      guard let json = answer.json else {
        throw Problem(
          .notFound, "no_answer", "no output of this view will do; it has what `view` says",
          members: [("view", answer.report.json)])
      }
      return Response(json: json)
    },
  ]

  private static let notThere = Problem.notFound(
    "no view that this namespace sees has that digest at that point")
  /// Views of a page: all that rest on a large input come in one.
  private static let maximumStale: Int64 = 100_000

  private static func deviceGroup(in query: [String: String]) throws -> DeviceGroup? {
    guard let name = query["class"] else { return nil }
    guard DeviceGroup.isName(name) else {
      throw Problem.invalidRequest(
        "a device class as views/{digest} names it", parameter: "class")
    }
    return DeviceGroup(name: name)
  }

  private static func verdict(in query: [String: String]) throws -> Verdict? {
    guard query["verdict"] != nil else { return nil }
    let acceptable = Verdict.allCases.filter(\.isAcceptable).map(\.rawValue)
    return Verdict(rawValue: try choice("verdict", in: query, acceptable))
  }
}
