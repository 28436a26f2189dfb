import Canonical
import Records
import StemmaCrypto

/// Asks one server for lineage.
struct EngineClient: ~Copyable {
  private var connection: QueryConnection

  init(_ server: StoreProcess, key: String) throws {
    connection = try QueryConnection(port: server.port, key: key)
  }

  /// Everything above a record, as a client would take it: in one page, or streamed where it is too much for one.
  /// - Returns: how many records the answer lists.
  mutating func closure(of digest: Digest, streamed: Bool) throws -> Int {
    let path = "/v1/\(LineageSite.namespace)/lineage/\(digest)?direction=up"
    let answer =
      streamed
      ? try connection.get(path, accept: "application/x-ndjson")
      : try connection.get(path + "&limit=10000")
    guard answer.status == 200 else { throw BenchError("\(path): \(answer.status) \(answer.text)") }
    return Self.count(of: "\"distance\":", in: answer.body)
  }

  /// One page of an answer.
  mutating func page(_ query: PlainLineage.Query, of digest: Digest) throws -> JSONNode {
    var path = "/v1/\(LineageSite.namespace)/lineage/\(digest)?direction=\(query.direction)"
    path += "&at=\(query.at)&limit=\(query.limit)"
    if let depth = query.depth { path += "&depth=\(depth)" }
    if let kinds = query.kinds {
      path += "&kind=" + kinds.map(\.name).sorted().joined(separator: ",")
    }
    let answer = try connection.get(path)
    guard answer.status == 200 else { throw BenchError("\(path): \(answer.status) \(answer.text)") }
    return try JSONDocument(parsing: answer.body).root
  }

  /// Occurrences of a member's name: only walked records have a distance.
  private static func count(of text: StaticString, in body: [UInt8]) -> Int {
    let wanted = Array(text.description.utf8)
    var count = 0
    var place = 0
    while place + wanted.count <= body.count {
      if body[place] == wanted[0], body[place..<place + wanted.count].elementsEqual(wanted) {
        count += 1
        place += wanted.count
      } else {
        place += 1
      }
    }
    return count
  }
}
