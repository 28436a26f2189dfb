import Canonical
import HTTPTypes
import Hummingbird
import NIOCore
import StemmaCrypto
import Store

/// `/v1/{namespace}/content/{digest}`: bytes, streamed both ways.
enum ContentRoutes {
  static let all = [
    Route(.put, "/v1/{namespace}/content/{digest}", .scope(.append)) { request, context, services in
      try await put(request, context, services)
    },
    Route(.get, "/v1/{namespace}/content/{digest}", .scope(.read)) { request, context, services in
      try await get(request, context, services)
    },
    Route(.head, "/v1/{namespace}/content/{digest}", .scope(.read)) { request, context, services in
      try await get(request, context, services)
    },
  ]

  private static func put(
    _ request: Request, _ context: APIContext, _ services: APIServices
  ) async throws -> Response {
    let namespace = try context.namespace()
    let expected = try context.digest()
    _ = try request.query(allowing: [])
    try request.requireIdentityEncoding()
    let declared = try request.declaredLength()
    let upload = try await services.content.beginUpload(in: namespace)
    do {
      var hasher = SHA256Hasher()
      var size: Int64 = 0
      try await request.forEachBodyPart { buffer in
        let bytes = Array(buffer.readableBytesView)
        size += Int64(bytes.count)
        hasher.update(bytes.span)
        try await upload.write(bytes)
      }
      if let declared, declared != size {
        throw Problem(
          .badRequest, "incomplete_body", "\(size) of \(declared) bytes came; nothing was stored")
      }
      let actual = hasher.finalize()
      guard actual == expected else {
        throw Problem(
          .unprocessableContent, "digest_mismatch",
          "the bytes have another digest; nothing was stored",
          members: [
            ("expected", .string(expected.description)), ("actual", .string(actual.description)),
          ])
      }
      let created = try await upload.finish(digest: actual, size: size, now: services.now())
      if !created, try await services.content.content(actual, in: namespace) == nil {
        throw try await absence(of: actual, in: namespace, services)
      }
      return Response(
        json: .object([
          ("digest", .string(actual.description)), ("size", .integer(size)),
          ("created", .bool(created)),
        ]), status: created ? .created : .ok)
    } catch {
      await upload.abort()
      throw error
    }
  }

  private static func get(
    _ request: Request, _ context: APIContext, _ services: APIServices
  ) async throws -> Response {
    let namespace = try context.namespace()
    let digest = try context.digest()
    _ = try request.query(allowing: [])
    guard let content = try await services.content.content(digest, in: namespace) else {
      throw try await absence(of: digest, in: namespace, services)
    }
    var headers: HTTPFields = [
      .eTag: "\"\(digest)\"", .acceptRanges: "bytes", .cacheControl: "private, no-cache",
      .contentDisposition: "attachment",
      .contentType: "application/octet-stream", .xContentTypeOptions: "nosniff",
    ]
    if entityTags(request.headers[.ifNoneMatch], match: digest.description) {
      headers[.contentType] = nil
      return Response(status: .notModified, headers: headers)
    }
    let range = try byteRange(of: request, digest, size: content.size)
    let bounds = range ?? 0..<content.size
    if range != nil {
      headers[.contentRange] =
        "bytes \(bounds.lowerBound)-\(bounds.upperBound - 1)/\(content.size)"
    }
    let status: HTTPResponse.Status = range == nil ? .ok : .partialContent
    let body = ResponseBody(contentLength: bounds.count) { writer in
      var offset = bounds.lowerBound
      while offset < bounds.upperBound {
        var bytes = try await services.content.read(content, from: offset)
        let left = Int(bounds.upperBound - offset)
        if bytes.count > left { bytes.removeLast(bytes.count - left) }
        offset += Int64(bytes.count)
        try await writer.write(ByteBuffer(bytes: bytes))
      }
      try await writer.finish(nil)
    }
    return Response(status: status, headers: headers, body: body)
  }

  private static func absence(
    of digest: Digest, in namespace: Namespace, _ services: APIServices
  ) async throws -> Problem {
    guard let place = try await services.content.whereabouts(of: digest, in: namespace) else {
      return .notFound("no content of this namespace has that digest")
    }
    switch place.state {
    case .elsewhere:
      return Problem(
        .notFound, "content_elsewhere", "the bytes are not here; hints say where they may be",
        members: [("locations", .array(place.locations.map { .string($0) }))])
    case .erased: return .erased("the bytes were destroyed", by: place.erasure)
    case .here, .missing:
      return Problem(
        .notFound, "content_missing", "records name this content, but nobody brought its bytes")
    }
  }

  /// One range of bytes; nil where the whole is asked for: no `Range`, another unit, several ranges
  /// (RFC 9110 section 14.2 lets a server take those as none), or an `If-Range` that names other bytes.
  static func byteRange(
    of request: Request, _ digest: Digest, size: Int64
  ) throws -> Range<Int64>? {
    guard let field = request.headers[.range], field.hasPrefix("bytes="), !field.contains(",")
    else { return nil }
    if let condition = request.headers[.ifRange], condition != "\"\(digest)\"" { return nil }
    let spec = field.dropFirst(6).split(
      separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard spec.count == 2, spec.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
    else { return nil }
    let unsatisfiable = Problem(
      .rangeNotSatisfiable, "range_not_satisfiable", "the content has \(size) bytes",
      headers: [.contentRange: "bytes */\(size)"])
    if spec[0].isEmpty {
      guard let suffix = Int64(spec[1]) else { return nil }
      guard suffix > 0, size > 0 else { throw unsatisfiable }
      return max(0, size - suffix)..<size
    }
    guard let first = Int64(spec[0]) else { throw unsatisfiable }
    let last = spec[1].isEmpty ? Int64.max - 1 : Int64(spec[1]) ?? Int64.max - 1
    guard first <= last else { return nil }
    guard first < size else { throw unsatisfiable }
    return first..<min(last + 1, size)
  }
}
