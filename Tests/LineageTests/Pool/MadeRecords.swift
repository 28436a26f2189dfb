import Canonical
import Lineage
import Records
import StemmaCrypto

/// A small graph that is made up record by record: what a test changes is all that it says.
struct MadeRecords {
  private(set) var pool = RecordPool()
  /// Every commit is one second after the one before it.
  private var second = 0
  private var erased: Set<Digest> = []

  /// Commits a record written as JSON without `kind` and `v`.
  @discardableResult
  mutating func add(
    _ kind: Kind, _ members: JSONValue, namespace: String = "main", principal: String = "admin"
  ) throws -> Digest {
    guard case .object(let members) = members else { preconditionFailure("not an object") }
    let json = JSONValue.object([("kind", .string(kind.name)), ("v", 1)] + members)
    let record = try Record(canonical: json.canonicalBytes())
    try pool.commit(
      record, namespace: namespace, imports: namespace == "main" ? [] : ["main"],
      principal: principal, committedAt: Self.time(second))
    second += 1
    return record.digest
  }

  /// What 24 November 2026 has at that second after noon.
  static func time(_ second: Int) -> String {
    let (minutes, seconds) = (second / 60, second % 60)
    func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return "2026-11-24T12:\(padded(minutes)):\(padded(seconds)).000000Z"
  }

  /// Destroys a record's body, or its content.
  mutating func erase(_ digest: Digest, _ what: String = "body") throws {
    if what == "body" { erased.insert(digest) }
    try add(
      .erasure, ["subject": JSONValue(digest), "what": .string(what), "reason": "asked for"])
  }

  func index(of digest: Digest) throws -> Int64 {
    guard let index = pool.index(of: digest, in: ["main"]) else { throw Missing(digest: digest) }
    return index
  }

  func lineage(
    of digest: Digest, _ direction: LineageGraph.Direction = .up, size: Int64? = nil
  ) throws -> LineageGraph {
    var graph = pool.lineage(of: try index(of: digest), direction, size: size)
    for place in graph.nodes.indices where erased.contains(graph.nodes[place].digest) {
      (graph.nodes[place].record, graph.nodes[place].isErased) = (nil, true)
    }
    return graph
  }

  struct Missing: Error {
    let digest: Digest
  }
}

extension MadeRecords {
  /// What a piece of content is, made of a word.
  static func content(_ word: String, _ mediaType: String = "text/csv") -> JSONValue {
    let bytes = Array(word.utf8)
    return [
      "digest": .string(SHA256.digest(of: bytes).description),
      "size": .integer(Int64(bytes.count)), "mediaType": .string(mediaType),
    ]
  }

  mutating func input(_ word: String) throws -> Digest {
    try add(.input, ["content": Self.content(word)])
  }
}

extension JSONValue {
  /// The text of a digest.
  init(_ digest: Digest) { self = .string(digest.description) }
}
