import Canonical
import Hummingbird
import NIOCore
import Records
import StemmaCrypto
import Store
import TransparencyLog

/// `POST /v1/{namespace}/commits`.
enum CommitRoutes {
  static let maximumBody = 16 << 20
  static let maximumRecords = 1000

  static let all = [
    Route(.post, "/v1/{namespace}/commits", .scope(.append)) { request, context, services in
      let deadline = ContinuousClock.now + services.requestDeadline
      let namespace = try context.namespace()
      _ = try request.query(allowing: [])
      // A record may be 64 deep; the commit around it adds {"records":[{"record": …}]}.
      let document = try await request.json(limit: maximumBody, maxDepth: 64 + 3)
      let commit = try CommitBody(document.root)
      let prepared = try commit.prepare()
      let stored = CommitRequest(
        namespace: namespace, principal: context.principal, records: prepared.records,
        content: commit.uniqueContent, imports: services.imports[namespace] ?? [])
      let committed = try await services.commit(stored, deadline: deadline)
      switch committed.outcome {
      case .stored(let stored):
        services.verdicts.took(prepared.records, stored, in: namespace, context.logger)
        return commit.answer(
          stored, positions: prepared.positions, checkpoint: committed.checkpoint)
      case .rejected(let rejection):
        throw Problem(rejection) { place in
          let position = prepared.positions.firstIndex {
            prepared.records[$0].digest == place.record
          }
          return "/records/\(position ?? 0)/record\(place.member)"
        }
      }
    }
  ]
}

/// The body of a commit, checked as far as it can be without the store.
struct CommitBody {
  private let items: [CommitPreparation.Item]
  private let content: [SmallContent]

  init(_ root: JSONNode) throws {
    try checkMembers(of: root, allowing: ["records", "content"], at: "")
    guard let records = root["records"], records.type == .array else {
      throw Problem.invalidRequest("an array of 1 to 1000 items is needed", pointer: "/records")
    }
    guard (1...CommitRoutes.maximumRecords).contains(records.count) else {
      throw Problem.invalidRequest(
        "\(records.count) items; 1 to \(CommitRoutes.maximumRecords) are taken", pointer: "/records"
      )
    }
    var items: [CommitPreparation.Item] = []
    items.reserveCapacity(records.count)
    var problems: [(pointer: String, message: String)] = []
    for (position, node) in records.elements.enumerated() {
      let pointer = "/records/\(position)"
      try checkMembers(of: node, allowing: ["as", "record"], at: pointer)
      guard let record = node["record"], record.type == .object else {
        throw Problem.invalidRequest("an object is needed", pointer: pointer + "/record")
      }
      let handle = try Self.handle(node["as"], at: pointer + "/as")
      do {
        let draft = try RecordDraft(checking: record)
        guard !draft.kind.isReservedForService else {
          throw Problem(
            .forbidden, "kind_reserved", "the service alone writes \(draft.kind.name) records",
            members: [("pointer", .string(pointer + "/record/kind"))])
        }
        items.append(.init(handle: handle, draft: draft))
      } catch let error as RecordErrors {
        problems += error.errors.map { (pointer + "/record" + $0.pointer, $0.message) }
      }
    }
    guard problems.isEmpty else { throw Problem(invalid: problems) }
    self.items = items
    content = try Self.content(root["content"])
  }

  /// Handles resolved, records sealed and in order.
  func prepare() throws -> CommitPreparation {
    do throws(CommitPreparation.Problems) {
      return try CommitPreparation(items)
    } catch {
      throw Problem(
        invalid: error.all.map { ("/records/\($0.item)/record\($0.pointer)", $0.message) })
    }
  }

  /// Each digest once: the same bytes twice in a commit are one content.
  var uniqueContent: [SmallContent] {
    var seen = Set<Digest>()
    return content.filter { seen.insert($0.digest).inserted }
  }

  func answer(
    _ stored: CommitAnswer, positions: [Int], checkpoint: SignedCheckpoint
  ) -> Response {
    // Members stand in the order of their names: nothing is sorted then.
    var members: [(String, JSONValue)] = [
      ("checkpoint", .string(String(decoding: checkpoint.note, as: UTF8.self)))
    ]
    if !content.isEmpty {
      var created: [Digest: Bool] = [:]
      for (item, isNew) in zip(uniqueContent, stored.contentCreated) {
        created[item.digest] = isNew
      }
      let items = content.map { item in
        JSONValue.object([
          ("created", .bool(created[item.digest] ?? false)),
          ("digest", .string(item.digest.description)),
          ("size", .integer(Int64(item.bytes.count))),
        ])
      }
      members.append(("content", .array(items)))
    }
    let records = positions.map { position in
      let entry = stored.records[position]
      return JSONValue.object([
        ("created", .bool(entry.created)), ("digest", .string(entry.digest.description)),
        ("index", .integer(entry.index)),
      ])
    }
    members.append(("records", .array(records)))
    return Response(json: .object(members))
  }

  private static func handle(_ node: JSONNode?, at pointer: String) throws -> String? {
    guard let node else { return nil }
    guard let bytes = node.utf8, (1...63).contains(bytes.count), isLower(bytes[0]),
      bytes.allSatisfy({ isLower($0) || isDigit($0) || $0 == 0x5F || $0 == 0x2D })
    else {
      throw Problem.invalidRequest("a handle is [a-z][a-z0-9_-]{0,62}", pointer: pointer)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func content(_ node: JSONNode?) throws -> [SmallContent] {
    guard let node else { return [] }
    guard node.type == .array, (1...CommitRoutes.maximumRecords).contains(node.count) else {
      throw Problem.invalidRequest(
        "an array of 1 to \(CommitRoutes.maximumRecords) items is needed", pointer: "/content")
    }
    return try node.elements.enumerated().map { position, item in
      let pointer = "/content/\(position)"
      try checkMembers(of: item, allowing: ["text", "base64"], at: pointer)
      let bytes: [UInt8]
      switch (item["text"], item["base64"]) {
      case (let text?, nil):
        guard let utf8 = text.utf8 else {
          throw Problem.invalidRequest("a string is needed", pointer: pointer + "/text")
        }
        bytes = utf8
      case (nil, let base64?):
        guard let utf8 = base64.utf8, let decoded = Base64.decode(utf8.span) else {
          throw Problem.invalidRequest(
            "standard base64 with padding is needed (RFC 4648 section 4)",
            pointer: pointer + "/base64")
        }
        bytes = decoded
      default:
        throw Problem.invalidRequest("either text or base64 is needed", pointer: pointer)
      }
      guard bytes.count <= SmallContent.maximumSize else {
        throw Problem.invalidRequest(
          "\(bytes.count) bytes; content above \(SmallContent.maximumSize) goes through PUT content",
          pointer: pointer)
      }
      return SmallContent(bytes: bytes)
    }
  }

  private static func isLower(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}

extension Problem {
  /// Records that are wrong in themselves.
  init(invalid errors: [(pointer: String, message: String)]) {
    self.init(
      .badRequest, "invalid_record",
      errors.count == 1
        ? "\(errors[0].pointer): \(errors[0].message)"
        : "\(errors.count) problems; nothing was stored",
      members: [
        (
          "errors",
          .array(
            errors.prefix(50).map { error in
              .object([("pointer", .string(error.pointer)), ("message", .string(error.message))])
            })
        )
      ])
  }
}
