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
    return Self.walked(in: answer.body)
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

  /// Records of an answer: only walked ones have a distance. Eight bytes are compared at once, so that what is
  /// measured is the server.
  private static func walked(in body: [UInt8]) -> Int {
    unsafe body.withUnsafeBytes { bytes in
      let wanted = unsafe "\"distanc".utf8.withContiguousStorageIfAvailable {
        unsafe UnsafeRawBufferPointer($0).loadUnaligned(as: UInt64.self)
      }
      guard bytes.count >= 8 else { return 0 }
      return (0...bytes.count - 8).count {
        unsafe bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self) == wanted
      }
    }
  }
}
