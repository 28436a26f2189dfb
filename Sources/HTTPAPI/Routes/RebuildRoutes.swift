import Canonical
import Hummingbird
import StemmaCrypto
import Store

/// `/v1/{namespace}/rebuilds`: what is to be computed anew, planned and followed.
enum RebuildRoutes {
  static let all = [
    Route(.post, "/v1/{namespace}/rebuilds", .scope(.append)) { request, context, services in
      let namespace = try context.namespace()
      _ = try request.query(allowing: [])
      let asked = try RebuildRequest(try await request.json(limit: 1 << 20).root)
      let rebuilds = services.rebuilds
      if asked.isDryRun {
        let plan = try await rebuilds.plan(asked.selection, as: rebuilds.newID(), in: namespace)
        try refuse(missing: plan)
        return Response(json: plan.json(as: nil))
      }
      let (id, plan) = try await rebuilds.create(
        asked.selection, priority: asked.priority, by: context.principal, in: namespace,
        now: services.now())
      try refuse(missing: plan)
      return Response(json: plan.json(as: id), status: .created)
    },
    Route(.get, "/v1/{namespace}/rebuilds", .scope(.read)) { request, context, services in
      let namespace = try context.namespace()
      let query = try request.query(allowing: ["limit", "before"])
      let page = try await services.rebuilds.storage.rebuilds(
        after: query["before"] == nil
          ? nil : integer("before", in: query, 1...Int64.max - 1, default: 1),
        limit: Int(integer("limit", in: query, 1...1000, default: 100)), in: namespace)
      return Response(
        json: .object(present: [
          "rebuilds": .array(page.items.map(\.json)),
          "next": page.hasMore ? page.items.last.map { .integer($0.place) } : nil,
        ]))
    },
    Route(.get, "/v1/{namespace}/rebuilds/{rebuild}", .scope(.read)) { request, context, services in
      let namespace = try context.namespace()
      let id = try context.work("rebuild")
      _ = try request.query(allowing: [])
      guard let rebuild = try await services.rebuilds.storage.rebuild(id, in: namespace) else {
        throw notThere
      }
      return Response(json: rebuild.json)
    },
    Route(.get, "/v1/{namespace}/rebuilds/{rebuild}/items", .scope(.read)) {
      request, context, services in
      let namespace = try context.namespace()
      let id = try context.work("rebuild")
      let query = try request.query(allowing: ["state", "limit", "after"])
      let states = RebuildItem.State.allCases.map(\.rawValue)
      let state = try query["state"].flatMap { _ in
        RebuildItem.State(rawValue: try choice("state", in: query, states))
      }
      let storage = services.rebuilds.storage
      let page = try await storage.items(
        of: id, state: state,
        after: Int32(integer("after", in: query, -1...Int64(Int32.max), default: -1)),
        limit: Int(integer("limit", in: query, 1...1000, default: 100)), in: namespace)
      if page.items.isEmpty, try await storage.rebuild(id, in: namespace) == nil { throw notThere }
      return Response(
        json: .object(present: [
          "items": .array(page.items.map(\.json)),
          "next": page.hasMore ? page.items.last.map { .integer(Int64($0.number)) } : nil,
        ]))
    },
    Route(.delete, "/v1/{namespace}/rebuilds/{rebuild}", .scope(.append)) {
      request, context, services in
      let namespace = try context.namespace()
      let id = try context.work("rebuild")
      _ = try request.query(allowing: [])
      let storage = services.rebuilds.storage
      guard try await storage.cancel(id, in: namespace, now: services.now()),
        let rebuild = try await storage.rebuild(id, in: namespace)
      else { throw notThere }
      return Response(json: rebuild.json)
    },
  ]

  private static let notThere = Problem.notFound("there is no such rebuild here")

  private static func refuse(missing plan: RebuildPlan) throws {
    guard let first = plan.missing.first else { return }
    throw Problem.notFound("no view that this namespace sees is called \(first)")
  }
}

extension APIContext {
  /// A UUID in the path.
  func work(_ name: String) throws -> WorkID {
    guard let text = parameters.get(name), let id = WorkID(parsing: text) else {
      throw Problem.invalidRequest("a UUID in lower case is needed", parameter: name)
    }
    return id
  }
}

/// The body of `POST rebuilds`.
private struct RebuildRequest {
  let selection: RebuildPlan.Selection
  let isDryRun: Bool
  let priority: Int32

  init(_ root: JSONNode) throws {
    let members = try BodyMembers(
      root,
      allowing: ["what", "views", "view", "samples", "untilDecided", "class", "dryRun", "priority"])
    isDryRun = try members.flag("dryRun") ?? false
    priority = Int32(try members.integer("priority", -1000...1000) ?? 0)
    let deviceClass = try members.deviceClass("class")
    let chosen = ["what", "views", "view"].filter(members.has)
    guard chosen.count == 1 else {
      throw Problem.invalidRequest("exactly one of what, views and view is needed", pointer: "")
    }
    if let view = try members.digest("view") {
      selection = try Self.samples(of: view, members, deviceClass)
      return
    }
    for name in ["samples", "untilDecided", "class"] where members.has(name) {
      throw Problem.invalidRequest("goes with view", pointer: "/\(name)")
    }
    if let views = try members.digests("views", limit: 10_000) {
      selection = .views(views)
    } else {
      guard try members.text("what", limit: 16) == "stale" else {
        throw Problem.invalidRequest("stale is needed", pointer: "/what")
      }
      selection = .stale
    }
  }

  private static func samples(
    of view: Digest, _ members: BodyMembers, _ deviceClass: String?
  ) throws -> RebuildPlan.Selection {
    let count = try members.integer("samples", 1...Int64(RebuildService.maximumSamples))
    let isUntilDecided = try members.flag("untilDecided") ?? false
    guard (count != nil) != isUntilDecided else {
      throw Problem.invalidRequest("one of samples and untilDecided goes with view", pointer: "")
    }
    return count.map { .samples(view: view, count: Int($0), deviceClass: deviceClass) }
      ?? .untilDecided(view: view, deviceClass: deviceClass)
  }
}
