import Canonical
import Hummingbird
import Records
import StemmaCrypto
import Store

/// `POST /v1/{namespace}/erasures`: destroys bytes, and says so in the log, in one transaction.
enum ErasureRoutes {
  static let all = [
    Route(.post, "/v1/{namespace}/erasures", .scope(.erase)) { request, context, services in
      let deadline = ContinuousClock.now + services.requestDeadline
      let namespace = try context.namespace()
      _ = try request.query(allowing: [])
      let body = try ErasureBody(try await request.json(limit: 64 << 10).root)
      let commit = CommitRequest(
        namespace: namespace, principal: context.principal, records: [body.record],
        destruction: try await body.destruction(in: namespace, services.log))
      let committed = try await services.commit(commit, deadline: deadline)
      switch committed.outcome {
      case .stored(let receipt):
        let entry = receipt.records[0]
        return Response(
          json: .object([
            ("digest", .string(entry.digest.description)), ("index", .integer(entry.index)),
            ("created", .bool(entry.created)),
            ("checkpoint", .string(String(decoding: committed.checkpoint.note, as: UTF8.self))),
          ]))
      case .rejected(let rejection):
        throw Problem(rejection) { $0.member }
      }
    }
  ]
}

/// The body of an erasure: the members of its record.
private struct ErasureBody {
  let record: Record
  private let subject: Digest
  private let what: String

  init(_ root: JSONNode) throws {
    try checkMembers(of: root, allowing: ["subject", "what", "row", "reason"])
    let said = root.members.map { ($0.key.text ?? "", JSONValue($0.value)) }
    record = try seal(.object([("kind", "erasure"), ("v", .integer(1))] + said))
    what = root["what"]?.text ?? ""
    subject = record.references[0].target
  }

  /// What is to be destroyed. A row is not: its bytes are somewhere in a content, which is kept as a whole
  /// or not at all, and an erasure that destroys nothing must not be in the log.
  func destruction(in namespace: Namespace, _ log: PublishedLog) async throws -> Destruction {
    switch what {
    case "content": return Destruction(of: .content, subject: subject)
    case "body", "body_and_nonce":
      guard let opening = try await log.opening(of: subject, in: namespace) else {
        throw Problem(
          .unprocessableContent, "unresolved_references",
          "no record of this namespace has that digest; nothing was stored",
          members: [
            (
              "missing",
              .array([
                .object([
                  ("pointer", .string("/subject")), ("target", .string(subject.description)),
                ])
              ])
            ), ("retryable", .bool(true)),
          ])
      }
      guard opening.statement.kind.isBodyErasable else {
        throw Problem(
          .unprocessableContent, "not_erasable",
          "the body of a record of kind \(opening.statement.kind.name) cannot be destroyed: later records are checked against it"
        )
      }
      return Destruction(
        of: .body(statement: opening.statement, withNonce: what == "body_and_nonce"),
        subject: subject)
    default:
      throw Problem(
        .unprocessableContent, "not_erasable",
        "a row cannot be destroyed by itself: erase the content, and put a new version without the row"
      )
    }
  }
}
