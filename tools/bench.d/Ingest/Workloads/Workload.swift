import Canonical
import StemmaCrypto

/// What the clients of a benchmark send: first what everything rests on, then one commit a unit.
protocol Workload {
  /// What a unit is called: `execution`, `decision`.
  static var unit: String { get }
  /// Records that a unit's commit brings, all of them new.
  static var recordsPerUnit: Int { get }
  /// Bodies of the commits that go before the clock starts.
  mutating func foundations() -> [[UInt8]]
  /// The body of the next unit's commit: bytes that depend on the seed and on how many came before.
  mutating func next() -> [UInt8]
}

/// A record as a client makes it: canonical bytes and their digest.
struct SentRecord {
  let canonical: [UInt8]
  let digest: String

  init(_ kind: String, _ members: [(String, JSONValue)]) {
    let all = [("kind", JSONValue.string(kind)), ("v", .integer(1))] + members
    canonical = JSONValue.object(all).canonicalBytes()
    digest = SHA256.digest(of: canonical).description
  }
}

/// The body of `POST commits`.
func commitBody(_ records: [SentRecord], content: [String] = []) -> [UInt8] {
  var members: [(String, JSONValue)] = [
    ("records", .array(records.map { .object([("record", .raw($0.canonical))]) }))
  ]
  if !content.isEmpty {
    members.append(("content", .array(content.map { .object([("text", .string($0))]) })))
  }
  return JSONValue.object(members).canonicalBytes()
}

/// A descriptor of bytes of which only the name is known.
func descriptor(_ digest: String, size: Int, _ mediaType: String) -> JSONValue {
  .object([
    ("digest", .string(digest)), ("size", .count(size)), ("mediaType", .string(mediaType)),
  ])
}

/// A descriptor of a text that rides along.
func descriptor(of text: String) -> JSONValue {
  let bytes = Array(text.utf8)
  return descriptor(SHA256.digest(of: bytes).description, size: bytes.count, "text/plain")
}

/// The device that all runs see.
func sampleDevice() -> SentRecord {
  SentRecord(
    "device",
    [
      ("class", .string("nvidia-a100-sxm4-80gb")),
      ("share", .object([("mode", .string("mig")), ("profile", .string("3g.40gb"))])),
      ("driver", .string("550.54.15")), ("runtime", .string("12.4")),
    ])
}
