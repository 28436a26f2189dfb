import Canonical
import Hummingbird
import StemmaCrypto
import Store

/// `/v1/{namespace}/leases`: work, given out to those who do it.
enum LeaseRoutes {
  static let all = [
    Route(.post, "/v1/{namespace}/leases", .scope(.append)) { request, context, services in
      let namespace = try context.namespace()
      _ = try request.query(allowing: [])
      let rebuilds = services.rebuilds
      let wanted = try lease(try await request.json(limit: 64 << 10).root, services)
      let jobs = try await rebuilds.lease(wanted, in: namespace, now: services.now)
      return Response(json: ["leases": .array(jobs.map(\.json))])
    },
    Route(.put, "/v1/{namespace}/leases/{lease}", .scope(.append)) { request, context, services in
      let namespace = try context.namespace()
      let lease = try context.work("lease")
      _ = try request.query(allowing: [])
      let end = try await services.rebuilds.storage.renew(
        lease, in: namespace, now: services.now())
      guard let end else { throw lost }
      return Response(json: ["expiresAt": .string(end.description)])
    },
    Route(.post, "/v1/{namespace}/leases/{lease}/finish", .scope(.append)) {
      request, context, services in
      let namespace = try context.namespace()
      let lease = try context.work("lease")
      _ = try request.query(allowing: [])
      let outcome = try outcome(try await request.json(limit: 1 << 20).root)
      switch outcome {
      case .done(let output):
        switch try await services.rebuilds.finish(lease, with: output, in: namespace) {
        case .taken: break
        case .lost: throw lost
        case .unfit:
          throw Problem(
            .unprocessableContent, "unfit_output", "this is no output of what was leased")
        }
      case .failed, .returned, .listed:
        let storage = services.rebuilds.storage
        guard try await storage.finish(lease, outcome, in: namespace) else { throw lost }
      }
      return Response(json: ["finished": true])
    },
  ]

  private static let lost = Problem(
    .conflict, "lease_lost", "the lease is over or was never given: somebody else may be at it")

  private static func lease(_ root: JSONNode, _ services: APIServices) throws -> LeaseRequest {
    let members = try BodyMembers(
      root, allowing: ["worker", "class", "executors", "count", "rebuild", "seconds"])
    var rebuild: WorkID?
    if let text = try members.text("rebuild", limit: 64) {
      guard let id = WorkID(parsing: text) else {
        throw Problem.invalidRequest("a UUID in lower case is needed", pointer: "/rebuild")
      }
      rebuild = id
    }
    let count = Int(try members.integer("count", 1...100) ?? 1)
    return LeaseRequest(
      worker: try members.required("worker", members.text("worker", limit: 200)),
      deviceClass: try members.required("class", members.deviceClass("class")),
      executors: try members.required(
        "executors", members.texts("executors", limit: 100, length: 63)),
      rebuild: rebuild, leases: (0..<count).map { _ in services.rebuilds.newID() },
      seconds: Int32(try members.integer("seconds", 5...3600) ?? 60), now: services.now())
  }

  private static func outcome(_ root: JSONNode) throws -> WorkOutcome {
    let names = ["output", "failed", "returned"]
    let members = try BodyMembers(root, allowing: names)
    guard names.count(where: members.has) == 1 else {
      throw Problem.invalidRequest("one of output, failed and returned is needed", pointer: "")
    }
    if let returned = try members.flag("returned") {
      guard returned else { throw Problem.invalidRequest("true is needed", pointer: "/returned") }
      return .returned
    }
    if let output = try members.digest("output") { return .done(output: output) }
    let failed = try members.required(
      "failed", members.object("failed", allowing: ["reason", "stderr"]))
    return .failed(
      reason: try failed.required("reason", failed.text("reason", limit: 200)),
      complaint: Array((try failed.text("stderr", limit: 512 << 10) ?? "").utf8))
  }
}
