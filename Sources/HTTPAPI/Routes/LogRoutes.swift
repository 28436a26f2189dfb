import Canonical
import HTTPTypes
import Hummingbird
import NIOCore
import Records
import Store
import TransparencyLog

/// The log as C2SP tlog-tiles serves it. Open to anybody: entries are commitments and reveal nothing but
/// how many there are, and standard clients send no key.
enum LogRoutes {
  static let all = [
    Route(.get, "/log/checkpoint", .open) { request, _, services in
      _ = try request.query(allowing: [])
      let checkpoint = try await services.log.checkpoint()
      return answer(
        checkpoint.note, mediaType: "text/plain; charset=utf-8", cacheControl: "no-cache")
    },
    Route(.get, "/log/tile/**", .open) { request, _, services in
      _ = try request.query(allowing: [])
      // As it was sent: an escaped path is not the canonical one.
      let path = String(request.uri.path.dropFirst("/log/".count))
      let bytes: [UInt8]?
      if let tile = Tile(path: path) {
        bytes = try await services.log.tile(tile)
      } else if let bundle = EntryBundle(path: path) {
        bytes = try await services.log.entries(bundle)
      } else {
        bytes = nil
      }
      guard let bytes else { throw Problem.notFound("the log has no such tile") }
      return answer(
        bytes, mediaType: "application/octet-stream",
        cacheControl: "public, max-age=31536000, immutable")
    },
    Route(.get, "/v1/{namespace}/records/{digest}/receipt", .scope(.read)) {
      request, context, services in
      _ = try request.query(allowing: [])
      let opening = try await services.log.opening(
        of: context.digest(), in: context.namespace())
      guard let opening else {
        throw Problem.notFound("no record of this namespace has that digest")
      }
      guard let receipt = try await services.log.receipt(of: opening) else {
        throw Problem.erased("the nonce was destroyed: nobody can open the entry", by: nil)
      }
      return answer(
        receipt.formatProof(), mediaType: "text/plain; charset=utf-8",
        cacheControl: "private, no-cache")
    },
    Route(.get, "/log/openings", .scope(.audit)) { request, _, services in
      let query = try request.query(allowing: ["from", "limit"])
      let openings = try await services.log.openings(
        from: integer("from", in: query, 0...Int64.max, default: 0),
        limit: Int(integer("limit", in: query, 1...1000, default: 1000)))
      return answer(
        openings.flatMap(line), mediaType: "application/jsonl", cacheControl: "private, no-cache")
    },
  ]

  /// One opening as a line of JSON.
  private static func line(_ row: OpeningRow) -> [UInt8] {
    let members: [(String, JSONValue)]
    switch row.opening {
    case .success(let opening): members = Self.members(of: opening)
    case .failure(let error):
      members = [("unreadable", .string(error.message))]
    }
    return JSONValue.object([("index", .integer(row.index))] + members).canonicalBytes()
      + [UInt8(ascii: "\n")]
  }

  /// What opens an entry, without its index.
  static func members(of opening: EntryOpening) -> [(String, JSONValue)] {
    [("statement", .raw(opening.statement.canonicalBytes()))]
      + (opening.nonce.map { [("nonce", .string(Base64.encode($0)))] } ?? [])
      + (opening.body.map { [("record", .raw($0))] } ?? [])
      + (opening.erasedBy.map { [("erased", .integer($0))] } ?? [])
  }

  private static func answer(
    _ bytes: [UInt8], mediaType: String, cacheControl: String
  ) -> Response {
    Response(
      status: .ok, headers: [.contentType: mediaType, .cacheControl: cacheControl],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}
