import Canonical
import HTTPTypes
import Hummingbird
import Records
import StemmaCrypto
import Store

/// `/v1/{namespace}/names…`: movable names, moved by compare-and-swap only.
///
/// A name holds slashes, so its address is everything after `names/`; `/history` at the end asks for its
/// moves (no name ends so).
enum NameRoutes {
  static let all = [
    Route(.get, "/v1/{namespace}/names", .scope(.read)) { request, context, services in
      try await list(request, context, services)
    },
    Route(.get, "/v1/{namespace}/names/**", .scope(.read)) { request, context, services in
      let (name, wantsHistory) = try address(context)
      return wantsHistory
        ? try await history(of: name, request, context, services)
        : try await current(name, request, context, services)
    },
    Route(.put, "/v1/{namespace}/names/**", .scope(.append)) { request, context, services in
      let (name, wantsHistory) = try address(context)
      guard !wantsHistory else {
        throw Problem.methodNotAllowed(.put, allowed: [.get])
      }
      return try await move(name, request, context, services)
    },
  ]

  /// Whether a path is that of a history, which shares its names' route and is only read.
  static func isHistory(_ path: String) -> Bool {
    let parts = path.split(separator: "/")
    return parts.count > 4 && parts[2] == "names" && parts.last == "history"
  }

  private static func address(_ context: APIContext) throws -> (name: String, history: Bool) {
    var parts = context.parameters.getCatchAll().map { percentDecoded($0) ?? "\u{FFFD}" }
    let wantsHistory = parts.count > 1 && parts.last == "history"
    if wantsHistory { parts.removeLast() }
    let name = parts.joined(separator: "/")
    guard NameMove.isName(Array(name.utf8)) else {
      throw Problem.invalidRequest(
        "a name is segments of [a-z0-9][a-z0-9._-]* joined by / and perhaps one @segment, at most 255 bytes",
        parameter: "name")
    }
    return (name, wantsHistory)
  }

  private static func current(
    _ name: String, _ request: Request, _ context: APIContext, _ services: APIServices
  ) async throws -> Response {
    let namespace = try context.namespace()
    let query = try request.query(allowing: ["at"])
    let at = try await newestIndex(of: query, services)
    guard let record = try await services.records.name(name, at: at, in: namespace) else {
      throw Problem.notFound("no such name here")
    }
    let headers: HTTPFields = [.eTag: "\"\(record.digest)\""]
    if entityTags(request.headers[.ifNoneMatch], match: record.digest.description) {
      return Response(status: .notModified, headers: headers)
    }
    return Response(json: try value(of: record), headers: headers)
  }

  /// The newest index of the snapshot that is asked about; nil: now.
  private static func newestIndex(
    of query: [String: String], _ services: APIServices
  ) async throws -> Int64? {
    guard let point = try snapshotPoint("at", in: query) else { return nil }
    return try await services.lineage.snapshots.size(at: point) - 1
  }

  private static func list(
    _ request: Request, _ context: APIContext, _ services: APIServices
  ) async throws -> Response {
    let namespace = try context.namespace()
    let query = try request.query(allowing: ["prefix", "at", "after", "limit"])
    let limit = Int(try integer("limit", in: query, 1...1000, default: 100))
    let page = try await services.records.names(
      prefix: query["prefix"] ?? "", at: try await newestIndex(of: query, services),
      after: query["after"], limit: limit, in: namespace)
    let names = try page.items.map(value(of:))
    var members: [(String, JSONValue)] = [("names", .array(names))]
    if page.hasMore, let last = page.items.last {
      members.append(("next", .string(try NameMove(canonical: last.body).name)))
    }
    return Response(json: .object(members))
  }

  private static func history(
    of name: String, _ request: Request, _ context: APIContext, _ services: APIServices
  ) async throws -> Response {
    let namespace = try context.namespace()
    let query = try request.query(allowing: ["after", "limit"])
    let limit = Int(try integer("limit", in: query, 1...1000, default: 100))
    let after = try integer("after", in: query, -1...Int64.max - 1, default: -1)
    let page = try await services.records.history(
      of: name, after: after, limit: limit, in: namespace)
    guard !page.items.isEmpty || after >= 0 else { throw Problem.notFound("no such name here") }
    var members: [(String, JSONValue)] = [("history", .array(try page.items.map(value(of:))))]
    if page.hasMore, let last = page.items.last { members.append(("next", .integer(last.index))) }
    return Response(json: .object(members))
  }

  private static func move(
    _ name: String, _ request: Request, _ context: APIContext, _ services: APIServices
  ) async throws -> Response {
    let deadline = ContinuousClock.now + services.requestDeadline
    let namespace = try context.namespace()
    _ = try request.query(allowing: [])
    let previous = try expectedCurrent(request)
    let body = try await request.json(limit: 64 << 10).root
    try checkMembers(of: body, allowing: ["target", "reason", "basis"])
    // The record is the body with what the address and the condition say; its own checks judge all.
    var members: [(String, JSONValue)] = [
      ("kind", "name"), ("v", .integer(1)), ("name", .string(name)),
    ]
    if let previous { members.append(("previous", .string(previous.description))) }
    members += body.members.map { ($0.key.text ?? "", JSONValue($0.value)) }
    let record = try seal(.object(members))
    let commit = CommitRequest(
      namespace: namespace, principal: context.principal, records: [record],
      imports: services.imports[namespace] ?? [])
    switch try await services.commit(commit, deadline: deadline).outcome {
    case .stored(let answer):
      guard let stored = try await services.records.record(record.digest, in: namespace),
        let entry = answer.records.first
      else { throw StoreError(.corrupt, "a name that was just committed is not there") }
      guard case .object(let members) = try value(of: stored) else {
        throw StoreError(.corrupt, "a name's value is an object")
      }
      return Response(
        json: .object(members + [("created", .bool(entry.created))]),
        headers: [.eTag: "\"\(record.digest)\""])
    case .rejected(let rejection):
      throw Problem(rejection) { $0.member }
    }
  }

  /// The record that the client believes to be current; nil for the first move.
  private static func expectedCurrent(_ request: Request) throws -> Digest? {
    switch (request.headers[.ifMatch], request.headers[.ifNoneMatch]) {
    case (nil, "*"?): return nil
    case (let tag?, nil):
      guard tag.hasPrefix("\""), tag.hasSuffix("\""), tag.utf8.count > 2,
        let digest = Digest(parsing: tag.dropFirst().dropLast())
      else {
        throw Problem.invalidRequest(
          "If-Match holds the quoted digest of the name's current record", parameter: "If-Match")
      }
      return digest
    default:
      throw Problem(
        .preconditionRequired, "precondition_required",
        "names move by compare-and-swap: send If-Match with the current record's digest, or If-None-Match: * for the first move"
      )
    }
  }

  private static func value(of record: StoredRecord) throws -> JSONValue {
    let move = try NameMove(canonical: record.body)
    var members: [(String, JSONValue)] = [
      ("name", .string(move.name)), ("target", .string(move.target.description)),
      ("digest", .string(record.digest.description)), ("index", .integer(record.index)),
      ("committedAt", .string(record.committedAt.description)),
    ]
    if let previous = move.previous {
      members.append(("previous", .string(previous.description)))
    }
    if let reason = move.reason { members.append(("reason", .string(reason))) }
    if !move.basis.isEmpty {
      members.append(("basis", .array(move.basis.map { .string($0.description) })))
    }
    return .object(members)
  }
}
