import Canonical
import HTTPTypes
import Hummingbird
import Records
import StemmaCrypto
import Store

/// `GET /v1/{namespace}/records…`.
enum RecordRoutes {
  static let all = [
    Route(.get, "/v1/{namespace}/records/{digest}", .scope(.read)) { request, context, services in
      try await one(request, context, services)
    },
    Route(.head, "/v1/{namespace}/records/{digest}", .scope(.read)) { request, context, services in
      try await one(request, context, services)
    },
    Route(.get, "/v1/{namespace}/records", .scope(.read)) { request, context, services in
      try await list(request, context, services)
    },
  ]

  private static func one(
    _ request: Request, _ context: APIContext, _ services: APIServices
  ) async throws -> Response {
    let namespace = try context.namespace()
    let digest = try context.digest()
    _ = try request.query(allowing: [])
    guard let record = try await services.records.record(digest, in: namespace) else {
      throw Problem.notFound("no record of this namespace has that digest")
    }
    if record.isErased { throw Problem.erased("the record was erased", by: record.erasure) }
    var headers: HTTPFields = [
      .eTag: "\"\(digest)\"", .cacheControl: "private, no-cache",
      .contentType: "application/json",
    ]
    headers[.stemmaIndex] = String(record.index)
    headers[.stemmaKind] = record.kind.name
    if entityTags(request.headers[.ifNoneMatch], match: digest.description) {
      headers[.contentType] = nil
      return Response(status: .notModified, headers: headers)
    }
    return Response(
      status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: record.body)))
  }

  private static func list(
    _ request: Request, _ context: APIContext, _ services: APIServices
  ) async throws -> Response {
    let namespace = try context.namespace()
    let query = try request.query(
      allowing: [
        "kind", "key", "content", "execution", "prefix", "principal", "since", "until", "at",
        "order", "after", "limit",
      ])
    var filter = RecordFilter()
    filter.kind = try query["kind"].map { try kind($0, "kind") }
    if let key = query["key"] {
      guard (1...255).contains(key.utf8.count),
        key.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), !key.hasPrefix(" "),
        !key.hasSuffix(" ")
      else {
        throw Problem.invalidRequest(
          "1 to 255 printable ASCII characters, no space at either end", parameter: "key")
      }
      filter.key = Array(key.utf8)
    }
    filter.content = try digest("content", in: query)
    filter.execution = try digest("execution", in: query)
    if let hex = query["prefix"] {
      guard let prefix = DigestPrefix(hex: hex) else {
        throw Problem.invalidRequest(
          "4 to 64 lower-case hexadecimal digits, without sha256:", parameter: "prefix")
      }
      filter.prefix = prefix
    }
    filter.principal = query["principal"]
    filter.indices = try await indices(of: query, services.lineage.snapshots)
    filter.isDescending = try choice("order", in: query, ["asc", "desc"]) == "desc"
    if query["after"] != nil {
      filter.after = try integer("after", in: query, -1...Int64.max - 1, default: -1)
    }
    filter.limit = Int(try integer("limit", in: query, 1...1000, default: 100))
    let page = try await services.records.records(filter, in: namespace)
    var members: [(String, JSONValue)] = [
      (
        "records",
        .array(
          page.items.map { record in
            .object(
              [
                ("digest", .string(record.digest.description)), ("index", .integer(record.index)),
                ("kind", .string(record.kind.name)), ("principal", .string(record.principal)),
                ("committedAt", .string(record.committedAt.description)),
              ] + said(of: record))
          })
      )
    ]
    if page.hasMore, let last = page.items.last { members.append(("next", .integer(last.index))) }
    return Response(json: .object(members))
  }

  /// The indices of the records that were committed in a span of time, both ends included, and exist at a point.
  private static func indices(
    of query: [String: String], _ snapshots: Snapshots
  ) async throws -> Range<Int64> {
    func size(at time: Timestamp?) async throws -> Int64? {
      guard let time else { return nil }
      return try await snapshots.size(at: .time(time))
    }
    let since = try time("since", in: query)
    let before = since.map { Timestamp(microseconds: $0.microseconds - 1) }
    let first = try await size(at: before) ?? 0
    var end = try await size(at: try time("until", in: query)) ?? .max
    if let point = try snapshotPoint("at", in: query) {
      end = min(end, try await snapshots.size(at: point))
    }
    return first..<max(first, end)
  }

  /// The record, or which erasure took it: nothing while that is not signed yet.
  private static func said(of record: StoredRecord) -> [(String, JSONValue)] {
    guard record.isErased else { return [("record", .raw(record.body))] }
    return record.erasure.map { [("erased", .string($0.description))] } ?? []
  }
}
