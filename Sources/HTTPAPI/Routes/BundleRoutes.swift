import Canonical
import Hummingbird
import Lineage
import NIOCore
import Records
import StemmaCrypto
import Store
import TransparencyLog

/// `GET /v1/{namespace}/lineage/{digest}/bundle`: a lineage to take away (FORMAT.md section 11).
enum BundleRoutes {
  static let all = [
    Route(.get, "/v1/{namespace}/lineage/{digest}/bundle", .scope(.read)) {
      request, context, services in
      let query = try request.query(allowing: ["at"])
      var question = LineageRequest(
        root: try context.digest(), namespace: try context.namespace(), direction: .up)
      question.at = try snapshotPoint("at", in: query)
      question.limit = maximumNodes
      guard let bundle = try await services.lineage.bundle(of: question) else {
        throw Problem.notFound("nothing that this namespace sees has that digest at that point")
      }
      guard !bundle.isCut else {
        throw Problem(
          .unprocessableContent, "lineage_too_large",
          "it is of over \(maximumNodes) records, or over 10,000 speak of one of them; a part would prove nothing"
        )
      }
      return try await answer(question.root, bundle, services.log)
    }
  ]

  private static let maximumNodes = 1_000_000
  /// Records of one piece of the answer.
  private static let slice = 500

  private static func answer(
    _ root: Digest, _ bundle: LineageService.Bundle, _ log: PublishedLog
  ) async throws -> Response {
    // One for all of them: the log grows meanwhile.
    let checkpoint = try await log.checkpoint(covering: bundle.size - 1)
    let header = line([
      ("bundle", .integer(1)), ("root", .string(root.description)),
      ("at", .integer(bundle.size - 1)),
      ("checkpoint", .string(String(decoding: checkpoint.note, as: UTF8.self))),
    ])
    return Response(
      status: .ok,
      headers: [.contentType: "application/x-ndjson", .cacheControl: "private, no-cache"],
      body: ResponseBody { writer in
        try await writer.write(ByteBuffer(bytes: header))
        var indices = bundle.indices
        var sent = 0
        while sent < indices.count {
          let openings = try await log.openings(at: indices[sent...].prefix(slice))
          var lines: [UInt8] = []
          for opening in openings {
            let proof = try await log.inclusionProof(of: opening.index, size: checkpoint.size)
            lines += line(members(of: opening, proof))
            // What was erased after the snapshot: only the erasure can show that it was.
            if let erasure = opening.erasedBy, erasure > (indices.last ?? erasure),
              erasure < checkpoint.size
            {
              indices.append(erasure)
            }
          }
          try await writer.write(ByteBuffer(bytes: lines))
          sent += openings.count
        }
        let end = line([("records", .integer(Int64(sent))), ("contents", .integer(0))])
        try await writer.write(ByteBuffer(bytes: end))
        try await writer.finish(nil)
      })
  }

  private static func members(
    of opening: EntryOpening, _ proof: [Digest]
  ) -> [(String, JSONValue)] {
    LogRoutes.members(of: opening) + [
      ("index", .integer(opening.index)),
      ("proof", .array(proof.map { .string(Base64.encode($0.bytes)) })),
    ] + (opening.nonce == nil ? [("entry", .string(Base64.encode(opening.commitment.bytes)))] : [])
  }

  private static func line(_ members: [(String, JSONValue)]) -> [UInt8] {
    JSONValue.object(members).canonicalBytes() + [UInt8(ascii: "\n")]
  }
}
